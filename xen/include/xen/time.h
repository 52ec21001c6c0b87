/* SPDX-License-Identifier: GPL-2.0-only */
/* System time: ns since boot, monotonic, the same on every CPU. */
#ifndef XEN_TIME_H
#define XEN_TIME_H

#include <xen/types.h>

#define SECONDS(s)      ((s_time_t)(s) * 1000000000LL)
#define MILLISECS(ms)   ((s_time_t)(ms) * 1000000LL)
#define MICROSECS(us)   ((s_time_t)(us) * 1000LL)
#define STIME_MAX       INT64_MAX

s_time_t NOW(void);

/* Wall clock = wall_sec/nsec at system time 0; set by dom0 (platform_op settime64) or the CMOS clock at boot. */
void wallclock_get(uint64_t *sec, uint32_t *nsec);
void wallclock_set(uint64_t sec, uint32_t nsec, s_time_t at);

#endif
