/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The descriptor tables.  A GDT and a TSS for each CPU, since a TSS descriptor belongs to one CPU;
 * one IDT for all, read-only after booting.  Double fault, NMI and machine check have stacks of
 * their own in the CPU's stack block (asm/current.h), so that an overrun stack can still be
 * reported.
 */
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/percpu.h>
#include <asm/processor.h>
#include <asm/segments.h>
#include <asm/traps.h>
#include <asm/traps_asm.h>

/* APM vol. 2, 12.2.5. */
struct tss {
    uint32_t reserved0;
    uint64_t rsp[3];
    uint64_t reserved1;
    uint64_t ist[7];
    uint64_t reserved2;
    uint16_t reserved3, io_map;
} packed_struct;
BUILD_BUG_ON(sizeof(struct tss) != 104);

struct gate {
    uint16_t offset_low, selector;
    uint8_t ist, type;
    uint16_t offset_middle;
    uint32_t offset_high, reserved;
};
BUILD_BUG_ON(sizeof(struct gate) != 16);

struct table_pointer {
    uint16_t limit;
    uint64_t base;
} packed_struct;

struct cpu_tables {
    uint64_t gdt[GDT_ENTRIES];
    struct tss tss;
};
static DEFINE_PER_CPU(struct cpu_tables, cpu_tables);

static struct gate idt[NR_VECTORS] __ro_after_init;
extern char vector_stubs[];

#define CODE64_DESCRIPTOR 0x00af9b000000ffffUL
#define DATA_DESCRIPTOR   0x00cf93000000ffffUL
#define GATE_INTERRUPT    0x8e

static void __init gate_set(unsigned int vector, unsigned int ist)
{
    unsigned long stub = (unsigned long)vector_stubs + vector * VECTOR_STUB_SIZE;

    idt[vector] = (struct gate){
        .offset_low = stub,
        .selector = SEL_CODE64,
        .ist = ist,
        .type = GATE_INTERRUPT,
        .offset_middle = stub >> 16,
        .offset_high = stub >> 32,
    };
}

void __init idt_init(void)
{
    for (unsigned int vector = 0; vector < NR_VECTORS; vector++)
        gate_set(vector, IST_NONE);
    gate_set(X86_TRAP_DF, IST_DF);
    gate_set(X86_TRAP_NMI, IST_NMI);
    gate_set(X86_TRAP_MC, IST_MCE);
}

static void tss_descriptor(uint64_t gdt[2], const struct tss *tss)
{
    uint64_t base = (unsigned long)tss;

    gdt[0] = (sizeof(*tss) - 1) | ((base & 0xffffff) << 16) | (0x89UL << 40) |
             (((base >> 24) & 0xff) << 56);
    gdt[1] = base >> 32;
}

static void load(const struct cpu_tables *t)
{
    struct table_pointer gdtr = {sizeof(t->gdt) - 1, (unsigned long)t->gdt};
    struct table_pointer idtr = {sizeof(idt) - 1, (unsigned long)idt};

    __asm__ volatile("lgdt %0\n\t"
                     "push %1\n\t"
                     "lea 1f(%%rip), %%rax\n\t"
                     "push %%rax\n\t"
                     "lretq\n"
                     "1:\n\t"
                     "mov %2, %%ds\n\t"
                     "mov %2, %%es\n\t"
                     "mov %2, %%ss\n\t"
                     "mov %3, %%fs\n\t"
                     "mov %3, %%gs\n\t"
                     "lidt %4\n\t"
                     "ltr %w5" ::"m"(gdtr),
                     "i"(SEL_CODE64), "r"(SEL_DATA), "r"(0), "m"(idtr), "r"(SEL_TSS)
                     : "rax", "memory");
}

void cpu_tables_init(unsigned int cpu)
{
    struct cpu_tables *t = &this_cpu(cpu_tables);
    unsigned long stack = (unsigned long)get_cpu_info() & ~(STACK_SIZE - 1);

    ASSERT(cpu == get_cpu_info()->processor_id);
    t->gdt[SEL_CODE64 / 8] = CODE64_DESCRIPTOR;
    t->gdt[SEL_DATA / 8] = DATA_DESCRIPTOR;
    tss_descriptor(&t->gdt[SEL_TSS / 8], &t->tss);
    t->tss.ist[IST_DF - 1] = stack + 1 * PAGE_SIZE;
    t->tss.ist[IST_NMI - 1] = stack + 2 * PAGE_SIZE;
    t->tss.ist[IST_MCE - 1] = stack + 3 * PAGE_SIZE;
    t->tss.io_map = sizeof(t->tss);
    load(t);
    write_cr4(read_cr4() | X86_CR4_MCE);
}
