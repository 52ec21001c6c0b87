/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine's clock of date and time, read once (MC146818 data sheet): seconds, no better. */
#include <xen/init.h>
#include <xen/types.h>
#include <asm/io.h>

#include "private.h"

#define CMOS_INDEX 0x70
#define CMOS_DATA  0x71

enum {
    RTC_SECONDS = 0x00,
    RTC_MINUTES = 0x02,
    RTC_HOURS = 0x04,
    RTC_DAY = 0x07,
    RTC_MONTH = 0x08,
    RTC_YEAR = 0x09,
    RTC_STATUS_A = 0x0a,
    RTC_STATUS_B = 0x0b,
};

#define RTC_A_UPDATING (1u << 7)
#define RTC_B_24_HOURS (1u << 1)
#define RTC_B_BINARY   (1u << 2)
#define RTC_HOURS_PM   (1u << 7)

struct date {
    unsigned int second, minute, hour, day, month, year;
};

static unsigned int __init cmos_read(unsigned int reg)
{
    outb(reg, CMOS_INDEX);
    return inb(CMOS_DATA);
}

static unsigned int __init from_bcd(unsigned int value)
{
    return (value >> 4) * 10 + (value & 15);
}

static struct date __init read_raw(void)
{
    /* An update takes 2 ms at most; a clock that never ends one is none. */
    for (unsigned int i = 0; i < 100000 && (cmos_read(RTC_STATUS_A) & RTC_A_UPDATING); i++)
        ;
    return (struct date){
        .second = cmos_read(RTC_SECONDS),
        .minute = cmos_read(RTC_MINUTES),
        .hour = cmos_read(RTC_HOURS),
        .day = cmos_read(RTC_DAY),
        .month = cmos_read(RTC_MONTH),
        .year = cmos_read(RTC_YEAR),
    };
}

static struct date __init decode(struct date d, unsigned int status_b)
{
    bool is_pm = d.hour & RTC_HOURS_PM;

    d.hour &= ~RTC_HOURS_PM;
    if (!(status_b & RTC_B_BINARY))
        d = (struct date){from_bcd(d.second), from_bcd(d.minute), from_bcd(d.hour),
                          from_bcd(d.day),    from_bcd(d.month),  from_bcd(d.year)};
    if (!(status_b & RTC_B_24_HOURS))
        d.hour = d.hour % 12 + (is_pm ? 12 : 0);
    d.year += 2000;
    return d;
}

static bool __init makes_sense(struct date d)
{
    return d.second < 60 && d.minute < 60 && d.hour < 24 && d.day >= 1 && d.day <= 31 &&
           d.month >= 1 && d.month <= 12;
}

/* Days since 1970 by counting from a March: the leap day is then the last of its year. */
static uint64_t __init days(struct date d)
{
    unsigned int year = d.month > 2 ? d.year : d.year - 1;
    unsigned int month = (d.month + 9) % 12; /* March is 0 */
    uint64_t since_year_0 = 365ULL * year + year / 4 - year / 100 + year / 400;

    return since_year_0 + (month * 306 + 5) / 10 + d.day - 1 - 719468;
}

uint64_t __init cmos_seconds(void)
{
    struct date first, again = read_raw(), d;

    /* Twice the same: no update came in between. */
    for (unsigned int i = 0; i < 10; i++) {
        first = again;
        again = read_raw();
        if (first.second == again.second && first.minute == again.minute)
            break;
    }
    d = decode(again, cmos_read(RTC_STATUS_B));
    if (!makes_sense(d))
        return 0;
    return days(d) * 86400 + d.hour * 3600 + d.minute * 60 + d.second;
}
