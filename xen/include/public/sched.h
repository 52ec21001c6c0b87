/* SPDX-License-Identifier: MIT */
/* sched_op: (command, argument).  What a vCPU tells the scheduler about itself or its domain. */
#ifndef __XEN_PUBLIC_SCHED_H__
#define __XEN_PUBLIC_SCHED_H__

#include "event_channel.h"

/* Give way to others, without blocking.  No argument. */
#define SCHEDOP_yield 0

/* Sleep until an event is pending; enables event delivery as it falls asleep.  No argument. */
#define SCHEDOP_block 1

/* End the domain, or one that the caller controls.  The reason is a SHUTDOWN_ code. */
#define SCHEDOP_shutdown        2
#define SCHEDOP_remote_shutdown 4
/* Record the reason without shutting down. */
#define SCHEDOP_shutdown_code 5
struct sched_shutdown {
    unsigned int reason;
};
typedef struct sched_shutdown sched_shutdown_t;
DEFINE_XEN_GUEST_HANDLE(sched_shutdown_t);
struct sched_remote_shutdown {
    domid_t domain_id;
    unsigned int reason;
};
typedef struct sched_remote_shutdown sched_remote_shutdown_t;
DEFINE_XEN_GUEST_HANDLE(sched_remote_shutdown_t);

#define SHUTDOWN_poweroff   0
#define SHUTDOWN_reboot     1
#define SHUTDOWN_suspend    2
#define SHUTDOWN_crash      3
#define SHUTDOWN_watchdog   4
#define SHUTDOWN_soft_reset 5
#define SHUTDOWN_MAX        5

/* Sleep until one of the ports is pending or the system time (ns) comes; timeout 0 means no limit.
 */
#define SCHEDOP_poll 3
struct sched_poll {
    XEN_GUEST_HANDLE(evtchn_port_t) ports;
    unsigned int nr_ports;
    uint64_t timeout;
};
typedef struct sched_poll sched_poll_t;
DEFINE_XEN_GUEST_HANDLE(sched_poll_t);

/* id 0: start one and return its number; else renew it, or stop it by a timeout (in seconds) of 0.
 */
#define SCHEDOP_watchdog 6
struct sched_watchdog {
    uint32_t id;
    uint32_t timeout;
};
typedef struct sched_watchdog sched_watchdog_t;
DEFINE_XEN_GUEST_HANDLE(sched_watchdog_t);

/* Run on one physical CPU for now (hardware domain); a negative number ends it. */
#define SCHEDOP_pin_override 7
struct sched_pin_override {
    int32_t pcpu;
};
typedef struct sched_pin_override sched_pin_override_t;
DEFINE_XEN_GUEST_HANDLE(sched_pin_override_t);

#endif
