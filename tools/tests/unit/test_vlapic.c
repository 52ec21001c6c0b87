/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual local APIC: registers in both modes, priorities, destinations, IPIs, the timer.  Time
 * here goes on only when a test says so.
 */
#include <asm/domain.h>
#include <asm/hvm.h>
#include <asm/vioapic.h>
#include <asm/vlapic.h>
#include <stdlib.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/sched.h>
#include <xen/string.h>
#include <xen/time.h>
#include <xen/timer.h>
#include <xen/xmalloc.h>

#include "arch/x86/hvm/vlapic_private.h"
#include "unit.h"

#define VCPUS 4

/* --- what the APIC calls, and what became of it --- */

static s_time_t now;
static struct timer *armed;
static unsigned int kicks[VCPUS], nmis[VCPUS], inits[VCPUS];
static int sipi[VCPUS], ioapic_eoi;

s_time_t NOW(void)
{
    return now;
}

void *xzalloc_bytes(size_t size, size_t align)
{
    return calloc(1, size);
}

void xfree(void *p)
{
    free(p);
}

void timer_init(struct timer *t, void (*function)(void *), void *data, unsigned int cpu)
{
    *t = (struct timer){.function = function, .data = data};
}

void timer_set(struct timer *t, s_time_t expires)
{
    t->expires = expires;
    armed = t;
}

void timer_stop(struct timer *t)
{
    armed = NULL;
}

void timer_kill(struct timer *t)
{
    armed = NULL;
}

void timer_migrate(struct timer *t, unsigned int cpu)
{
}

void vcpu_unblock(struct vcpu *v)
{
}

void arch_vcpu_kick(struct vcpu *v)
{
    kicks[v->vcpu_id]++;
}

void hvm_inject_nmi(struct vcpu *v)
{
    nmis[v->vcpu_id]++;
}

void hvm_vcpu_init_reset(struct vcpu *v)
{
    inits[v->vcpu_id]++;
}

void hvm_vcpu_start(struct vcpu *v, uint8_t vector)
{
    sipi[v->vcpu_id] = vector;
}

void vioapic_eoi(struct domain *d, uint8_t vector)
{
    ioapic_eoi = vector;
}

/* --- a domain of four --- */

static struct domain dom;

static struct vcpu *cpu(unsigned int id)
{
    return dom.vcpu[id];
}

/* The guest is offered the vector and takes it. */
static void take(uint8_t vector)
{
    vlapic_offer(cpu(0), vector);
    vlapic_ack(cpu(0), vector);
}

static void make_domain(void)
{
    dom.max_vcpus = VCPUS;
    dom.vcpu = calloc(VCPUS, sizeof(*dom.vcpu));
    for (unsigned int i = 0; i < VCPUS; i++) {
        dom.vcpu[i] = calloc(1, sizeof(struct vcpu));
        dom.vcpu[i]->vcpu_id = i;
        dom.vcpu[i]->domain = &dom;
        CHECK_EQ(vlapic_init(dom.vcpu[i]), 0);
        sipi[i] = -1;
    }
}

static void set_reg(unsigned int id, unsigned int offset, uint32_t value)
{
    uint64_t data = value;

    vlapic_mmio_handler()(cpu(id), APIC_DEFAULT_BASE + offset, 4, true, &data);
}

static uint32_t get_reg(unsigned int id, unsigned int offset)
{
    uint64_t data = 0;

    vlapic_mmio_handler()(cpu(id), APIC_DEFAULT_BASE + offset, 4, false, &data);
    return data;
}

static void enable(unsigned int id)
{
    set_reg(id, 0xf0, 0x1ff);
}

static void enable_all(void)
{
    make_domain();
    for (unsigned int i = 0; i < VCPUS; i++)
        enable(i);
}

static void to_x2apic(unsigned int id)
{
    CHECK_EQ(vlapic_msr_write(cpu(id), 0x1b, APIC_DEFAULT_BASE | 0xc00), 0);
}

static void time_passes(s_time_t ns)
{
    s_time_t end = now + ns;

    while (armed && armed->expires <= end) {
        struct timer *t = armed;

        now = t->expires;
        armed = NULL;
        t->function(t->data);
    }
    now = end;
}

/* --- */

UNIT_TEST(apic_disabled_drops,
          "A disabled APIC takes no interrupts, and its local sources are masked.")
{
    make_domain();
    vlapic_set_irq(cpu(0), 0x40, false);
    CHECK_EQ(vlapic_pending(cpu(0)), -1);
    set_reg(0, 0x320, 0x40);
    CHECK_EQ(get_reg(0, 0x320), 0x10040);
    enable(0);
    set_reg(0, 0x320, 0x40);
    CHECK_EQ(get_reg(0, 0x320), 0x40);
    set_reg(0, 0xf0, 0xff);
    CHECK_EQ(get_reg(0, 0x320), 0x10040);
}

UNIT_TEST(apic_offered_again, "A vector that comes again while the guest takes it is a second "
                              "interrupt; one not taken stays.")
{
    enable_all();
    vlapic_set_irq(cpu(0), 0x41, false);
    vlapic_offer(cpu(0), 0x41);
    vlapic_set_irq(cpu(0), 0x41, false);
    vlapic_ack(cpu(0), 0x41);
    set_reg(0, 0xb0, 0);
    CHECK_EQ(vlapic_pending(cpu(0)), 0x41);
    vlapic_offer(cpu(0), 0x41);
    CHECK_EQ(vlapic_pending(cpu(0)), -1);
    vlapic_withdraw(cpu(0), 0x41);
    CHECK_EQ(vlapic_pending(cpu(0)), 0x41);
    take(0x41);
    set_reg(0, 0xb0, 0);
    CHECK_EQ(vlapic_pending(cpu(0)), -1);
}

UNIT_TEST(apic_priorities,
          "The highest vector above the processor priority comes first; classes are of sixteen.")
{
    enable_all();
    vlapic_set_irq(cpu(0), 0x41, false);
    vlapic_set_irq(cpu(0), 0x52, false);
    CHECK_EQ(vlapic_pending(cpu(0)), 0x52);
    take(0x52);
    CHECK_EQ(get_reg(0, 0xa0), 0x50);
    CHECK_EQ(vlapic_pending(cpu(0)), -1);
    vlapic_set_irq(cpu(0), 0x5f, false); /* the same class: waits */
    CHECK_EQ(vlapic_pending(cpu(0)), -1);
    vlapic_set_irq(cpu(0), 0x60, false);
    CHECK_EQ(vlapic_pending(cpu(0)), 0x60);
    take(0x60);
    set_reg(0, 0xb0, 0); /* ends 0x60 */
    CHECK_EQ(vlapic_pending(cpu(0)), -1);
    set_reg(0, 0xb0, 0); /* ends 0x52 */
    CHECK_EQ(vlapic_pending(cpu(0)), 0x5f);
    set_reg(0, 0x80, 0x50); /* the task's own priority */
    CHECK_EQ(vlapic_pending(cpu(0)), -1);
    CHECK_EQ(get_reg(0, 0xa0), 0x50);
}

UNIT_TEST(apic_one_kick, "An interrupt that is pending already does not kick again.")
{
    enable_all();
    vlapic_set_irq(cpu(1), 0x40, false);
    vlapic_set_irq(cpu(1), 0x40, false);
    CHECK_EQ(kicks[1], 1);
}

UNIT_TEST(apic_level_eoi,
          "The end of a level interrupt reaches the I/O APIC, that of an edge does not.")
{
    enable_all();
    ioapic_eoi = -1;
    vlapic_set_irq(cpu(0), 0x40, false);
    take(0x40);
    set_reg(0, 0xb0, 0);
    CHECK_EQ(ioapic_eoi, -1);
    vlapic_set_irq(cpu(0), 0x40, true);
    CHECK_EQ(get_reg(0, 0x1a0), 1);
    take(0x40);
    set_reg(0, 0xb0, 0);
    CHECK_EQ(ioapic_eoi, 0x40);
}

UNIT_TEST(apic_modes,
          "Off, xAPIC, x2APIC: the allowed ways are open and no others, and identifiers follow.")
{
    uint64_t value;

    enable_all();
    CHECK_EQ(get_reg(3, 0x20), 6u << 24);
    CHECK_EQ(vlapic_msr_read(cpu(3), 0x802, &value), -EINVAL);
    to_x2apic(3);
    CHECK_EQ(vlapic_msr_read(cpu(3), 0x802, &value), 0);
    CHECK_EQ(value, 6);
    CHECK_EQ(vlapic_msr_read(cpu(3), 0x80d, &value), 0);
    CHECK_EQ(value, 1 << 6);
    CHECK_EQ(get_reg(3, 0x20), 0xffffffff); /* the page is not there any more */
    CHECK_EQ(vlapic_msr_write(cpu(3), 0x1b, APIC_DEFAULT_BASE | 0x800), -EINVAL);
    CHECK_EQ(vlapic_msr_write(cpu(3), 0x1b, APIC_DEFAULT_BASE | 0x400), -EINVAL);
    CHECK_EQ(vlapic_msr_write(cpu(3), 0x1b, 0xfed00000u | 0x800), -EINVAL);
    CHECK_EQ(vlapic_msr_write(cpu(3), 0x1b, APIC_DEFAULT_BASE), 0);
    CHECK_EQ(vlapic_msr_write(cpu(3), 0x1b, APIC_DEFAULT_BASE | 0xc00), -EINVAL);
    CHECK_EQ(vlapic_msr_write(cpu(3), 0x1b, APIC_DEFAULT_BASE | 0x800), 0);
}

UNIT_TEST(apic_x2apic_faults,
          "In x2APIC mode reserved registers and bits fault, and nothing else does.")
{
    static const uint16_t writable[] = {0x808, 0x80b, 0x80f, 0x828, 0x830, 0x832, 0x833,
                                        0x834, 0x835, 0x836, 0x837, 0x838, 0x83e, 0x83f};
    static const uint16_t unreadable[] = {0x80b, 0x83f, 0x800, 0x80e, 0x831, 0x82f, 0x8ff};
    uint64_t value;

    enable_all();
    to_x2apic(0);
    for (uint32_t msr = 0x800; msr < 0x900; msr++) {
        bool expected = false;

        for (unsigned int i = 0; i < ARRAY_SIZE(writable); i++)
            expected |= writable[i] == msr;
        /* An IPI of vector 0 is an error in the ESR, not a fault. */
        CHECK_EQ(vlapic_msr_write(cpu(0), msr, 0), expected ? 0 : -EINVAL);
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(unreadable); i++)
        CHECK_EQ(vlapic_msr_read(cpu(0), unreadable[i], &value), -EINVAL);
    CHECK_EQ(vlapic_msr_write(cpu(0), 0x808, 0x100), -EINVAL);
    CHECK_EQ(vlapic_msr_write(cpu(0), 0x80b, 1), -EINVAL);
    CHECK_EQ(vlapic_msr_write(cpu(0), 0x838, 1ULL << 32), -EINVAL);
    CHECK_EQ(vlapic_msr_write(cpu(0), 0x80f, 1ULL << 32), -EINVAL);
    CHECK_EQ(vlapic_msr_read(cpu(0), 0x6e0, &value), -EINVAL);
}

UNIT_TEST(
    apic_errors,
    "Bad vectors and registers show in the ESR once it is written, and raise the error vector.")
{
    enable_all();
    set_reg(0, 0x370, 0x33);
    set_reg(0, 0x300, 0x0005); /* fixed, vector 5 */
    CHECK_EQ(get_reg(0, 0x280), 0);
    CHECK_EQ(vlapic_pending(cpu(0)), 0x33);
    get_reg(0, 0x3f0);
    set_reg(0, 0x280, 0);
    CHECK_EQ(get_reg(0, 0x280), 0xa0);
    set_reg(0, 0x280, 0);
    CHECK_EQ(get_reg(0, 0x280), 0);
}

UNIT_TEST(apic_error_vector_bad, "An error vector that is itself illegal does not loop.")
{
    enable_all();
    set_reg(0, 0x370, 0x01);
    vlapic_set_irq(cpu(0), 3, false);
    set_reg(0, 0x280, 0);
    CHECK_EQ(get_reg(0, 0x280), 0x40);
}

static unsigned int who_has(uint8_t vector)
{
    unsigned int mask = 0;

    for (unsigned int i = 0; i < VCPUS; i++)
        if (vlapic_has_irr(cpu(i), vector))
            mask |= 1u << i;
    return mask;
}

UNIT_TEST(apic_ipi_destinations,
          "IPIs reach whom they name: physical, logical flat and cluster, shorthands.")
{
    enable_all();
    for (unsigned int i = 0; i < VCPUS; i++)
        set_reg(i, 0xd0, 1u << (24 + i));
    set_reg(0, 0x310, 4u << 24);
    set_reg(0, 0x300, 0x40); /* physical, APIC 4 */
    CHECK_EQ(who_has(0x40), 1 << 2);
    set_reg(0, 0x310, 0xau << 24);
    set_reg(0, 0x300, 0x841); /* logical flat, 1 and 3 */
    CHECK_EQ(who_has(0x41), 0xa);
    set_reg(1, 0x300, 0x40042); /* self */
    CHECK_EQ(who_has(0x42), 2);
    set_reg(1, 0x300, 0x80043); /* all */
    CHECK_EQ(who_has(0x43), 0xf);
    set_reg(1, 0x300, 0xc0044); /* all others */
    CHECK_EQ(who_has(0x44), 0xd);
    set_reg(0, 0x310, 0xffu << 24);
    set_reg(0, 0x300, 0x45); /* physical broadcast */
    CHECK_EQ(who_has(0x45), 0xf);
    for (unsigned int i = 0; i < VCPUS; i++) {
        set_reg(i, 0xe0, 0x0fffffff);
        set_reg(i, 0xd0, (i / 2) << 28 | 1u << (24 + i % 2));
    }
    set_reg(0, 0x310, 0x13u << 24);
    set_reg(0, 0x300, 0x846); /* cluster 1, both */
    CHECK_EQ(who_has(0x46), 0xc);
}

UNIT_TEST(apic_x2apic_ipi,
          "In x2APIC mode a destination has 32 bits, and logical ones name a cluster.")
{
    enable_all();
    for (unsigned int i = 0; i < VCPUS; i++)
        to_x2apic(i);
    CHECK_EQ(vlapic_msr_write(cpu(0), 0x830, 6ULL << 32 | 0x40), 0);
    CHECK_EQ(who_has(0x40), 8);
    CHECK_EQ(vlapic_msr_write(cpu(0), 0x830, 0x14ULL << 32 | 0x841),
             0); /* ids 2 and 4 of cluster 0 */
    CHECK_EQ(who_has(0x41), 6);
    CHECK_EQ(vlapic_msr_write(cpu(0), 0x830, 0xffULL << 32 | 0x42), 0); /* no broadcast here */
    CHECK_EQ(who_has(0x42), 0);
    CHECK_EQ(vlapic_msr_write(cpu(0), 0x830, 0xffffffffULL << 32 | 0x43), 0);
    CHECK_EQ(who_has(0x43), 0xf);
    CHECK_EQ(vlapic_msr_write(cpu(2), 0x83f, 0x44), 0);
    CHECK_EQ(who_has(0x44), 4);
}

UNIT_TEST(apic_init_sipi,
          "INIT, SIPI and NMI go where they are sent; INIT's de-assertion goes nowhere.")
{
    enable_all();
    set_reg(0, 0x310, 2u << 24);
    set_reg(0, 0x300, 0xc500); /* INIT, level, asserted */
    set_reg(0, 0x300, 0x8500); /* and not */
    CHECK_EQ(inits[1], 1);
    set_reg(0, 0x300, 0x4699);
    CHECK_EQ(sipi[1], 0x99);
    set_reg(0, 0x300, 0x4400);
    CHECK_EQ(nmis[1], 1);
    CHECK_EQ(inits[0] + inits[2] + nmis[0], 0);
}

UNIT_TEST(apic_lowest_priority, "Lowest priority goes to one of those addressed, the least busy.")
{
    enable_all();
    for (unsigned int i = 0; i < VCPUS; i++) {
        set_reg(i, 0xd0, 1u << (24 + i));
        set_reg(i, 0x80, i == 2 ? 0x10 : 0x80);
    }
    vlapic_deliver(&dom, 0x0f, true, 1, 0x91, false);
    CHECK_EQ(who_has(0x91), 4);
    vlapic_deliver(&dom, 0x0b, true, 1, 0x92, false);
    CHECK_EQ(__builtin_popcount(who_has(0x92)), 1);
    CHECK_EQ(who_has(0x92) & 4, 0);
}

UNIT_TEST(apic_msi, "An MSI's address and data name destination, mode and vector.")
{
    enable_all();
    vlapic_deliver_msi(&dom, 0xfee02000, 0x4051);
    CHECK_EQ(who_has(0x51), 2);
    vlapic_deliver_msi(&dom, 0xfeeff000, 0x52);
    CHECK_EQ(who_has(0x52), 0xf);
    vlapic_deliver_msi(&dom, 0xfee04000, 0x400);
    CHECK_EQ(nmis[2], 1);
}

UNIT_TEST(
    apic_device_init,
    "No device's interrupt stops or starts a vCPU: it may come while nobody can wait for that.")
{
    enable_all();
    vlapic_deliver_msi(&dom, 0xfee04000, 0x500);
    vlapic_deliver_msi(&dom, 0xfee04000, 0x699);
    vlapic_deliver(&dom, 4, false, VLAPIC_INIT, 0, true);
    vlapic_deliver(&dom, 4, false, VLAPIC_STARTUP, 0x99, false);
    CHECK_EQ(inits[2], 0);
    CHECK_EQ(sipi[2], -1);
}

UNIT_TEST(apic_timer_oneshot,
          "The timer fires once at its count's end, and counts down until then.")
{
    enable_all();
    set_reg(0, 0x3e0, 0xb); /* divide by 1 */
    set_reg(0, 0x320, 0x30);
    set_reg(0, 0x380, 1000);
    time_passes(400);
    CHECK_EQ(get_reg(0, 0x390), 600);
    CHECK_EQ(vlapic_pending(cpu(0)), -1);
    time_passes(600);
    CHECK_EQ(vlapic_pending(cpu(0)), 0x30);
    CHECK_EQ(get_reg(0, 0x390), 0);
    take(0x30);
    set_reg(0, 0xb0, 0);
    time_passes(10000);
    CHECK_EQ(vlapic_pending(cpu(0)), -1);
}

UNIT_TEST(apic_timer_divide, "Each divisor of the timer divides by what the manual says.")
{
    static const uint8_t code[8] = {0xb, 0, 1, 2, 3, 8, 9, 0xa};

    enable_all();
    set_reg(0, 0x320, 0x30);
    for (unsigned int i = 0; i < 8; i++) {
        set_reg(0, 0x3e0, code[i]);
        set_reg(0, 0x380, 100);
        CHECK_EQ(armed->expires - now, 100 << i);
    }
    set_reg(0, 0x380, 0);
    CHECK(!armed);
}

UNIT_TEST(
    apic_timer_periodic,
    "A periodic timer goes on by its period; ticks missed are one; a tiny period is not obeyed.")
{
    enable_all();
    set_reg(0, 0x3e0, 0xb);
    set_reg(0, 0x320, 0x20030);
    set_reg(0, 0x380, 1000000);
    for (unsigned int i = 0; i < 3; i++) {
        time_passes(1000000);
        CHECK_EQ(vlapic_pending(cpu(0)), 0x30);
        take(0x30);
        set_reg(0, 0xb0, 0);
    }
    now += 3500000; /* nobody looked */
    armed->function(armed->data);
    CHECK_EQ(armed->expires - now, 500000);
    set_reg(0, 0x380, 1);
    CHECK(armed->expires - now >= 10000);
    set_reg(0, 0x320, 0x30); /* to one-shot while it runs */
    time_passes(1000000);
    CHECK(!armed);
}

UNIT_TEST(apic_timer_stopped_late,
          "A handler that runs after the guest stopped the timer does nothing.")
{
    struct timer *t;

    enable_all();
    set_reg(0, 0x320, 0x30);
    set_reg(0, 0x380, 1000);
    t = armed;
    now += 5000;
    set_reg(0, 0x380, 0);
    t->function(t->data);
    CHECK_EQ(vlapic_pending(cpu(0)), -1);
    CHECK(!armed);
}

UNIT_TEST(apic_mmio_shapes, "No access of whatever size and place to the page does harm.")
{
    enable_all();
    for (unsigned int offset = 0; offset < 4096; offset++)
        for (unsigned int size = 1; size <= 8; size *= 2) {
            uint64_t data = 0;

            if (offset + size > 4096)
                continue;
            vlapic_mmio_handler()(cpu(0), APIC_DEFAULT_BASE + offset, size, false, &data);
            if (offset / 16 != 0x30)
                vlapic_mmio_handler()(cpu(0), APIC_DEFAULT_BASE + offset, size, true, &data);
        }
}
