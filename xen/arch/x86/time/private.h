/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files of this folder. */
#ifndef X86_TIME_PRIVATE_H
#define X86_TIME_PRIVATE_H

#include <asm/time.h>

/* --- platform.c: a counter of known frequency, to measure others against --- */
struct platform_timer {
    const char *name;                        /* as clocksource= has it */
    bool (*probe)(struct platform_timer *t); /* sets hz and mask; false: the machine has none */
    uint64_t (*read)(void);
    uint64_t hz, mask; /* mask: its width */
};
const struct platform_timer *platform_timer_init(void);

/* --- calibrate.c --- */
struct calibration {
    uint64_t start_tsc; /* when measuring began */
    uint64_t tsc_hz, apic_hz;
};
struct calibration time_calibrate(const struct platform_timer *t);

/* --- deadline.c --- */
void deadline_init(uint64_t apic_hz);

/* --- cmos.c: seconds since 1970 by the machine's clock; 0 when it makes no sense --- */
uint64_t cmos_seconds(void);

/* --- wallclock.c --- */
void wallclock_init(void);

#endif
