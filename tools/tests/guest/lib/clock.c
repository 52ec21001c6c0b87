/* SPDX-License-Identifier: GPL-2.0-only */
/* System time as a guest reads it, and two ways to let it pass: working, and waiting. */
#include <public/memory.h>
#include <public/sched.h>
#include <asm/processor.h>
#include "guest.h"

struct shared_info guest_shared aligned_to(4096);

void clock_map(domid_t domid)
{
    struct xen_add_to_physmap map = {.domid = domid, .space = XENMAPSPACE_shared_info};

    map.gpfn = (unsigned long)&guest_shared >> 12;
    if (memory_op(XENMEM_add_to_physmap, &map))
        test_error("the shared info of %u cannot be mapped", domid);
}

/* The reader's side of the protocol in public/xen.h. Every vCPU's clock is the first one's. */
uint64_t clock_now(void)
{
    const volatile struct vcpu_time_info *t = &guest_shared.vcpu_info[0].time;
    uint32_t version;
    uint64_t ns;

    do {
        uint64_t delta;

        version = t->version;
        barrier();
        delta = rdtsc() - t->tsc_timestamp;
        delta = t->tsc_shift >= 0 ? delta << t->tsc_shift : delta >> -t->tsc_shift;
        ns = t->system_time + (uint64_t)(((unsigned __int128)delta * t->tsc_to_system_mul) >> 32);
        barrier();
    } while ((version & 1) || version != t->version);
    return ns;
}

/* Where the emulator runs one CPU after the other, PAUSE lets the next one have its turn. */
void spin_until(uint64_t ns)
{
    while (clock_now() < ns)
        __asm__ volatile("pause" ::: "memory");
}

void wait_until(uint64_t ns)
{
    struct sched_poll poll = {.timeout = ns};

    while (clock_now() < ns)
        if (sched_op(SCHEDOP_poll, &poll))
            test_error("there is no polling");
}
