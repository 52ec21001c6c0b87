/* SPDX-License-Identifier: GPL-2.0-only */
/* System time: scales are exact to the bits they have, and CPUs that share a TSC share a clock. */
// Sources: arch/x86/time/time.c
#include <xen/domain.h>
#include <xen/smp.h>
#include <xen/time.h>
#include <asm/processor.h>
#include <asm/time.h>

#include "host.h"
#include "unit.h"

static uint64_t exact(uint64_t count, uint64_t from_hz, uint64_t to_hz)
{
    return (unsigned __int128)count * to_hz / from_hz;
}

static void check_scale(uint64_t from_hz, uint64_t to_hz, uint64_t count)
{
    struct time_scale s = time_scale_between(from_hz, to_hz);
    uint64_t want = exact(count, from_hz, to_hz), got = time_scale(count, s);
    uint64_t error = got > want ? got - want : want - got;

    CHECK(s.mul >= 1u << 31);
    CHECK(got <= want);
    CHECK(error <=
          (want >> 31) + 2 + to_hz / from_hz); /* 2^-31, and the bits a right shift drops */
}

UNIT_TEST(scale,
          "Scales between frequencies of 1 kHz to 100 GHz err by 2^-31 at most, and never forward.")
{
    for (unsigned int i = 0; i < unit_rounds(100000); i++) {
        uint64_t from = 1000 + unit_random() % 100000000000ULL;
        uint64_t to = 1000 + unit_random() % 100000000000ULL;

        check_scale(from, to, unit_random() >> 30);
    }
    check_scale(1000000000, 1000000000, 123456789);
    check_scale(3579545, 1000000000, 1ULL << 40);
    check_scale(4000000000, 1000000000, 1ULL << 50);
}

UNIT_TEST(scale_monotonic, "More counts are never less time.")
{
    struct time_scale s = time_scale_between(2299999123, 1000000000);
    uint64_t last = 0;

    for (uint64_t count = 1ULL << 40; count < (1ULL << 40) + 100000; count++) {
        CHECK(time_scale(count, s) >= last);
        last = time_scale(count, s);
    }
}

UNIT_TEST(mul_div, "The intermediate product has 128 bits.")
{
    CHECK_EQ(time_mul_div(1ULL << 63, 6, 12), 1LL << 62);
    CHECK_EQ(time_mul_div(1000000007, 1000000000, 1000000007), 1000000000);
}

static void come_up(unsigned int cpu)
{
    if (cpu == 0)
        time_sync_boot_cpu(1);
    else
        time_sync_new_cpu();
}

UNIT_TEST(shared_tsc, "Two threads of one machine cannot be told apart by their TSCs.")
{
    for (unsigned int i = 0; i < 20; i++)
        host_run_cpus(2, come_up);
    CHECK(time_tsc_is_synchronous());
}

static struct vcpu_info info;
static struct vcpu vcpu = {.vcpu_info = &info};

UNIT_TEST(
    vcpu_record,
    "A vCPU's clock is rewritten when its offset changes, and only then; its version is even.")
{
    uint32_t version;

    vcpu.arch.tsc_offset = 100;
    time_update_vcpu(&vcpu);
    version = info.time.version;
    CHECK(version && version % 2 == 0);
    CHECK_EQ(info.time.tsc_timestamp, 100);
    CHECK(info.time.flags & XEN_PVCLOCK_TSC_STABLE_BIT);
    time_update_vcpu(&vcpu);
    CHECK_EQ(info.time.version, version);
    vcpu.arch.tsc_offset = 200;
    time_update_vcpu(&vcpu);
    CHECK_EQ(info.time.version, version + 2);
    CHECK_EQ(info.time.tsc_timestamp, 200);
}
