/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System time as a guest computes it from vcpu_time_info: it never goes back, neither on one
 * virtual CPU nor from one to the next; and a one-shot timer fires when its time has come, not
 * before.
 *
 * machine: smp=2 dom0_max_vcpus=2
 */
#include <public/event_channel.h>
#include <public/hvm/hvm_op.h>
#include <public/hvm/params.h>
#include <public/memory.h>
#include <public/vcpu.h>
#include <asm/processor.h>
#include "guest.h"

#define ROUNDS 20000
#define VECTOR 0xf3

static struct shared_info *shared;
static uint64_t last, backwards; /* ns; the newest time that anyone has read */

/* The reader's side of the protocol in public/xen.h: an odd version, or a changed one, means try
 * again. */
static uint64_t system_time(unsigned int cpu)
{
    const volatile struct vcpu_time_info *t = &shared->vcpu_info[cpu].time;
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

/* Two CPUs take turns; each must read a time not before the other's last. */
static unsigned int turn;

static void take_turns(unsigned int cpu)
{
    for (unsigned int i = 0; i < ROUNDS; i++) {
        uint64_t now;

        while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != cpu)
            __asm__ volatile("pause" ::: "memory");
        now = system_time(cpu);
        backwards += now < last;
        last = now;
        __atomic_store_n(&turn, !cpu, __ATOMIC_RELEASE);
    }
}

static void other_cpu(void *unused)
{
    take_turns(1);
}

static uint64_t fired_at;

static void upcall(void)
{
    fired_at = system_time(0);
    shared->vcpu_info[0].evtchn_upcall_pending = 0;
    shared->vcpu_info[0].evtchn_pending_sel = 0;
    shared->evtchn_pending[0] = 0;
    apic_eoi();
}

static void map_shared_info(void)
{
    struct xen_add_to_physmap map = {.domid = DOMID_SELF, .space = XENMAPSPACE_shared_info};

    shared = page_take(1);
    map.gpfn = (unsigned long)shared >> 12;
    if (memory_op(XENMEM_add_to_physmap, &map))
        test_error("the shared info cannot be mapped");
}

static void single_shots(void)
{
    struct xen_hvm_evtchn_upcall_vector upcall_vector = {.vcpu = 0, .vector = VECTOR};
    struct evtchn_bind_virq bind = {.virq = VIRQ_TIMER, .vcpu = 0};

    interrupt_handle(VECTOR, upcall);
    if (hvm_op(HVMOP_set_evtchn_upcall_vector, &upcall_vector) ||
        event_channel_op(EVTCHNOP_bind_virq, &bind))
        test_error("no timer event");
    for (unsigned int i = 0; i < 3; i++) {
        struct vcpu_set_singleshot_timer timer = {.timeout_abs_ns =
                                                      system_time(0) + (i ? i * 5000000 : 0)};

        fired_at = 0;
        vcpu_op(VCPUOP_set_singleshot_timer, 0, &timer);
        while (!READ_ONCE(fired_at))
            __asm__ volatile("sti; nop; cli" ::: "memory");
        check(fired_at >= timer.timeout_abs_ns, "a timer %u ms ahead fires in time: %ld ns late",
              5 * i, (long)(fired_at - timer.timeout_abs_ns));
    }
}

void test_main(void)
{
    apic_enable();
    map_shared_info();
    check(shared->vcpu_info[0].time.version && !(shared->vcpu_info[0].time.version & 1),
          "the clock is set");
    cpu_start(1, other_cpu, NULL);
    take_turns(0);
    check_equal((long)backwards, 0, "%u readings on two CPUs in turn never go back", 2 * ROUNDS);
    single_shots();
}
