/* SPDX-License-Identifier: GPL-2.0-only */
/* What a crash report shows: registers, and who called whom by the chain of frame pointers. */
#include <xen/printk.h>
#include <xen/shutdown.h>
#include <xen/symbols.h>
#include <asm/current.h>
#include <asm/image.h>
#include <asm/processor.h>
#include <asm/traps.h>

#define DEPTH_MAX 32

void show_registers(const struct cpu_regs *regs)
{
    printk("rip %04lx:%016lx %pS\n", regs->cs, regs->rip, (void *)regs->rip);
    printk("rsp %04lx:%016lx rflags %08lx\n", regs->ss, regs->rsp, regs->rflags);
    printk("rax %016lx  rbx %016lx  rcx %016lx\n", regs->rax, regs->rbx, regs->rcx);
    printk("rdx %016lx  rsi %016lx  rdi %016lx\n", regs->rdx, regs->rsi, regs->rdi);
    printk("rbp %016lx  r8  %016lx  r9  %016lx\n", regs->rbp, regs->r8, regs->r9);
    printk("r10 %016lx  r11 %016lx  r12 %016lx\n", regs->r10, regs->r11, regs->r12);
    printk("r13 %016lx  r14 %016lx  r15 %016lx\n", regs->r13, regs->r14, regs->r15);
    printk("cr0 %016lx  cr2 %016lx  cr3 %016lx  cr4 %08lx\n", read_cr0(), read_cr2(), read_cr3(),
           read_cr4());
}

/* A frame must lie on this CPU's stack, in the part that is mapped. */
static bool is_on_stack(unsigned long frame)
{
    unsigned long block = (unsigned long)get_cpu_info() & ~(STACK_SIZE - 1);

    return frame % 8 == 0 && frame >= block + 4 * PAGE_SIZE &&
           frame + 16 <= (unsigned long)get_cpu_info();
}

void show_backtrace(unsigned long rip, unsigned long rsp, unsigned long rbp)
{
    printk("Called by way of:\n");
    printk("  %016lx %pS\n", rip, (void *)rip);
    /* A call of nothing leaves no frame, but its return address on top of the stack. */
    if (!is_text(rip) && is_on_stack(rsp) && is_text(*(const unsigned long *)rsp))
        printk("  %016lx %pS\n", *(const unsigned long *)rsp, *(void *const *)rsp);
    for (unsigned int depth = 0; depth < DEPTH_MAX && is_on_stack(rbp); depth++) {
        const unsigned long *frame = (const unsigned long *)rbp;

        if (!is_text(frame[1]))
            break;
        /* The call is what we want to see, not what follows it: that may be another function. */
        printk("  %016lx %pS\n", frame[1], (void *)(frame[1] - 1));
        if (frame[0] <= rbp)
            break;
        rbp = frame[0];
    }
}

void arch_show_here(void)
{
    const unsigned long *frame = __builtin_frame_address(0);

    printk("rsp %016lx  cr2 %016lx  cr3 %016lx  cr4 %08lx\n", (unsigned long)frame, read_cr2(),
           read_cr3(), read_cr4());
    show_backtrace(frame[1], (unsigned long)frame, frame[0]);
}
