/* SPDX-License-Identifier: GPL-2.0-only */
/* Exceptions, expected (trap_of) or not, and interrupts. */
#include "guest.h"
#include "private.h"

struct gate {
    uint16_t offset_low, selector;
    uint8_t ist, type;
    uint16_t offset_middle;
    uint32_t offset_high, reserved;
};

extern char trap_stubs[];
extern unsigned long trap_stack; /* start.S: not 0 while an exception is expected */
bool trap_run(void (*fn)(void *), void *arg);
void trap_unwind(void) noreturn_fn;
void trap_handler(struct trap_frame *frame);

struct trap_frame trap_last;
static struct gate idt[256];
static void (*handlers[256])(void);

void traps_load(void)
{
    struct {
        uint16_t limit;
        uint64_t base;
    } packed_struct idtr = {sizeof(idt) - 1, (unsigned long)idt};

    __asm__ volatile("lidt %0" ::"m"(idtr));
}

void traps_init(void)
{
    for (unsigned int vector = 0; vector < ARRAY_SIZE(idt); vector++) {
        unsigned long stub = (unsigned long)trap_stubs + vector * 16;

        idt[vector] = (struct gate){stub, 0x08, 0, 0x8e, stub >> 16, stub >> 32, 0};
    }
    traps_load();
}

void interrupt_handle(unsigned int vector, void (*fn)(void))
{
    ASSERT((vector >= 32 || vector == 2) && vector < ARRAY_SIZE(handlers));
    handlers[vector] = fn;
}

unsigned int trap_of(void (*fn)(void *arg), void *arg)
{
    return trap_run(fn, arg) ? NO_TRAP : (unsigned int)trap_last.vector;
}

static uint64_t read_fault_address(void)
{
    uint64_t v;

    __asm__ volatile("mov %%cr2, %0" : "=r"(v));
    return v;
}

void trap_handler(struct trap_frame *frame)
{
    frame->vector &= 0xff;
    if (handlers[frame->vector]) {
        handlers[frame->vector]();
        return;
    }
    trap_last = *frame;
    if (frame->vector < 32 && trap_stack)
        trap_unwind();
    check(false,
          "no exception or interrupt out of the blue: vector %lu, error code %#lx, rip %#lx, cr2 "
          "%#lx",
          frame->vector, frame->error_code, frame->rip, read_fault_address());
    verdict_by_checks();
}
