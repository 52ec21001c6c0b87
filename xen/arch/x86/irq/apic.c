/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The local APIC.  In x2APIC mode if processor and firmware let us, else through its page: the mode
 * is found out once, on CPU 0, and the others follow.
 *
 * Offering x2APIC is not enough: an emulator may show the CPUID bit and ignore the request, so the
 * base register is read back.
 */
#include <xen/acpi.h>
#include <xen/atomic.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/vmap.h>
#include <asm/apic.h>
#include <asm/hwdom.h>
#include <asm/io.h>
#include <asm/irq.h>
#include <asm/irqflags.h>
#include <asm/msr.h>
#include <asm/page.h>
#include <asm/processor.h>

#define MSR_X2APIC_FIRST 0x800
#define MSR_X2APIC_ICR   0x830

#define CPUID_1_ECX_X2APIC (1u << 21)

static bool __ro_after_init is_x2apic;
static uint8_t *__ro_after_init xapic_page;

uint32_t apic_id_from_cpuid(void)
{
    /* Leaf 0xb has all 32 bits, where it exists; a subleaf 0 that counts no threads means it does
     * not. */
    if (cpuid(0).a >= 0xb) {
        struct cpuid_leaf leaf = cpuid_count(0xb, 0);

        if (leaf.b & 0xffff)
            return leaf.d;
    }
    return cpuid(1).b >> 24;
}

bool apic_is_x2apic(void)
{
    return is_x2apic;
}

uint32_t apic_read(unsigned int reg)
{
    if (is_x2apic)
        return rdmsr(MSR_X2APIC_FIRST + reg / 16);
    return read32(xapic_page + reg);
}

void apic_write(unsigned int reg, uint32_t value)
{
    if (is_x2apic)
        wrmsr(MSR_X2APIC_FIRST + reg / 16, value);
    else
        write32(value, xapic_page + reg);
}

void apic_eoi(void)
{
    apic_write(APIC_EOI, 0);
}

/* The ICR is two words in xAPIC mode: the low one sends, and must not be written while it is busy.
 */
static void xapic_send_ipi(uint32_t dest, uint32_t command)
{
    unsigned long flags;

    local_irq_save(flags);
    while (apic_read(APIC_ICR) & APIC_ICR_BUSY)
        cpu_relax();
    apic_write(APIC_ICR_HIGH, dest << 24);
    apic_write(APIC_ICR, command);
    local_irq_restore(flags);
}

void apic_send_ipi(uint32_t dest, uint32_t command)
{
    if (!is_x2apic) {
        xapic_send_ipi(dest, command);
        return;
    }
    /* WRMSR to the x2APIC orders nothing: what the other CPU is told to look at must be written by
     * now. */
    __asm__ volatile("mfence; lfence" ::: "memory");
    wrmsr(MSR_X2APIC_ICR, (uint64_t)dest << 32 | command);
}

static bool __init try_x2apic(void)
{
    uint64_t base = rdmsr(MSR_APIC_BASE);

    if (!(base & APIC_BASE_X2APIC)) {
        if (!(cpuid(1).c & CPUID_1_ECX_X2APIC) ||
            wrmsr_safe(MSR_APIC_BASE, base | APIC_BASE_ENABLE | APIC_BASE_X2APIC))
            return false;
        base = rdmsr(MSR_APIC_BASE);
    }
    return base & APIC_BASE_X2APIC;
}

/* Both 8259s: vectors to where nothing else is, everything masked. */
static void __init mask_legacy_controllers(void)
{
    static const struct {
        uint8_t port, value;
    } sequence[] = {
        {0x20, 0x11}, {0xa0, 0x11}, /* initialise, four words */
        {0x21, 0x20}, {0xa1, 0x28}, /* vectors */
        {0x21, 0x04}, {0xa1, 0x02}, /* the second hangs on line 2 of the first */
        {0x21, 0x01}, {0xa1, 0x01}, /* 8086 mode */
        {0x21, 0xff}, {0xa1, 0xff}, /* masks */
    };

    for (unsigned int i = 0; i < ARRAY_SIZE(sequence); i++)
        outb(sequence[i].value, sequence[i].port);
}

static void handle_error(void)
{
    apic_write(APIC_ESR, 0); /* latches what happened since the last write */
    printk(XENLOG_WARNING "APIC error %#x\n", apic_read(APIC_ESR));
}

void apic_cpu_init(void)
{
    uint64_t base = rdmsr(MSR_APIC_BASE) | APIC_BASE_ENABLE;

    wrmsr(MSR_APIC_BASE, is_x2apic ? base | APIC_BASE_X2APIC : base);
    apic_write(APIC_TPR, 0);
    apic_write(APIC_LVT_TIMER, APIC_LVT_MASKED);
    apic_write(APIC_LVT_LINT0, APIC_LVT_MASKED);
    apic_write(APIC_LVT_LINT1, APIC_DELIVER_NMI);
    apic_write(APIC_SVR, APIC_SVR_ENABLE | VECTOR_SPURIOUS);
    apic_write(APIC_LVT_ERROR, VECTOR_APIC_ERROR);
    apic_write(APIC_ESR, 0);
}

void __init apic_init(void)
{
    mask_legacy_controllers();
    is_x2apic = try_x2apic();
    if (!is_x2apic)
        xapic_page = ioremap(acpi_lapic_address, PAGE_SIZE);
    if (!is_x2apic && !xapic_page)
        panic("cannot map the local APIC at %#lx", acpi_lapic_address);
    hwdom_mmio_forbid(acpi_lapic_address, PAGE_SIZE);
    irq_set_fixed(VECTOR_APIC_ERROR, handle_error);
    apic_cpu_init();
    printk(XENLOG_INFO "APIC: %s mode\n", is_x2apic ? "x2APIC" : "xAPIC");
}
