/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From counts of a clock to nanoseconds and back, as guests do it too: shift, multiply, keep the high part
 * (the vcpu_time_info of the public interface).
 */
#ifndef ASM_X86_TIME_H
#define ASM_X86_TIME_H

#include <xen/types.h>

struct domain;
struct vcpu;

struct time_scale {
    uint32_t mul;   /* fraction, in units of 2^-32 */
    int8_t shift;   /* before multiplying: left, or right when negative */
};

static inline uint64_t time_scale(uint64_t count, struct time_scale s)
{
    count = s.shift >= 0 ? count << s.shift : count >> -s.shift;
    return (unsigned __int128)count * s.mul >> 32;
}

/* a * b / c without loss in between; the quotient must fit. */
static inline uint64_t time_mul_div(uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t high, low;

    __asm__("mulq %3" : "=a"(low), "=d"(high) : "0"(a), "rm"(b));
    __asm__("divq %2" : "+a"(low), "+d"(high) : "rm"(c));
    return low;
}

/* Turns counts at from_hz into counts at to_hz. */
struct time_scale time_scale_between(uint64_t from_hz, uint64_t to_hz);

/* System time `stime` was when this CPU's TSC stood at `tsc`; time since is scale. */
struct time_stamp {
    uint64_t tsc;
    s_time_t stime;
    struct time_scale scale;
};

/* Booting, after the APIC: calibrates, starts system time, reads the CMOS clock. */
void time_init(void);
uint64_t time_tsc_hz(void);
bool time_tsc_is_synchronous(void);     /* all CPUs share one stamp: NOW() cannot differ between them */
uint64_t time_to_tsc(s_time_t t);       /* what this CPU's TSC will show at system time t */

/*
 * Bringing a CPU up: both sides at the same time, each on its own CPU.  The new one gets its stamp, which is
 * CPU 0's if no difference between the two TSCs can be measured.
 */
void time_sync_boot_cpu(unsigned int new_cpu);
void time_sync_new_cpu(void);

/* This CPU's one-shot timer, when the CPU comes up. */
void deadline_cpu_init(void);

/* Writes v's clock into its vcpu_info, for the CPU that we run on. Call it where v begins to run on a CPU,
 * and whenever v gets another vcpu_info or TSC offset. */
void time_update_vcpu(struct vcpu *v);
/* Writes the wall clock into d's shared_info. */
void time_update_wallclock(struct domain *d);

#endif
