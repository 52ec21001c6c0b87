/* SPDX-License-Identifier: GPL-2.0-only */
/* INIT and SIPI between vCPUs: who goes down, who comes up and where, and that nobody waits for one
 * who waits for him. */
// Sources: arch/x86/hvm/reset.c
#include <asm/hvm.h>
#include <asm/hvm_ops.h>
#include <asm/vlapic.h>
#include <xen/domain.h>
#include <xen/sched.h>
#include <xen/string.h>

#include "host.h"
#include "unit.h"

void *calloc(size_t count, size_t size);

#define VCPUS 3

static struct domain d;
static struct hvm_cpu_state state[VCPUS]; /* what each was set to last */
static unsigned int ups[VCPUS], apic_resets[VCPUS], waits;
static void (*while_waiting)(void);

static void set_state(struct vcpu *v, const struct hvm_cpu_state *s)
{
    state[v->vcpu_id] = *s;
}

static void set_pat(struct vcpu *v, uint64_t pat)
{
}

static void set_nmi_window(struct vcpu *v, bool is_wanted)
{
}

static const struct hvm_ops ops = {
    .set_state = set_state,
    .set_pat = set_pat,
    .set_nmi_window = set_nmi_window,
};
const struct hvm_ops *hvm_ops = &ops;

void hvm_set_state(struct vcpu *v, const struct hvm_cpu_state *s)
{
    set_state(v, s);
}

void vlapic_reset(struct vcpu *v)
{
    apic_resets[v->vcpu_id]++;
}

int vcpu_down(struct vcpu *v)
{
    set_bit(VPF_down, &v->pause_flags);
    return 0;
}

int vcpu_up(struct vcpu *v)
{
    clear_bit(VPF_down, &v->pause_flags);
    v->is_running = true;
    ups[v->vcpu_id]++;
    return 0;
}

/* The vCPU runs on elsewhere until it has done what the test says; then it stops. */
void vcpu_sleep_sync(struct vcpu *v)
{
    struct vcpu *waiter = current;
    void (*what)(void) = while_waiting;

    CHECK(v != current);
    waits++;
    while_waiting = NULL;
    host_cpu_info.curr = v;
    if (what)
        what();
    host_cpu_info.curr = waiter;
    v->is_running = false;
}

static struct hvm_vcpu *hvm(unsigned int id)
{
    return hvm_of(d.vcpu[id]);
}

/* All run, and the first is the one that does things. */
static void make_domain(void)
{
    d.max_vcpus = VCPUS;
    d.vcpu = calloc(VCPUS, sizeof(*d.vcpu));
    for (unsigned int id = 0; id < VCPUS; id++) {
        d.vcpu[id] = calloc(1, sizeof(struct vcpu));
        d.vcpu[id]->vcpu_id = id;
        d.vcpu[id]->domain = &d;
        d.vcpu[id]->is_running = d.vcpu[id]->is_initialised = true;
        d.vcpu[id]->arch.hvm = calloc(1, sizeof(struct hvm_vcpu));
    }
    host_cpu_info.curr = d.vcpu[0];
}

UNIT_TEST(init_sipi,
          "INIT stops a vCPU, once; the first SIPI starts it in real mode at its vector's page.")
{
    make_domain();
    hvm_vcpu_start(d.vcpu[1], 0x9a); /* it runs: a SIPI is nothing to it */
    CHECK_EQ(ups[1], 0);
    hvm_vcpu_init_reset(d.vcpu[1]);
    hvm_vcpu_init_reset(d.vcpu[1]);
    CHECK_EQ(waits, 1);
    CHECK(hvm(1)->in_reset && test_bit(VPF_down, &d.vcpu[1]->pause_flags));
    CHECK(!d.vcpu[1]->is_initialised); /* or VCPUOP_up would have it run, and a SIPI reset it then */
    CHECK_EQ(apic_resets[1], 1);
    CHECK_EQ(d.vcpu[1]->arch.regs.rip, 0xfff0);
    hvm_vcpu_start(d.vcpu[1], 0x9a);
    hvm_vcpu_start(d.vcpu[1], 0x55);
    CHECK_EQ(ups[1], 1);
    CHECK_EQ(state[1].seg[SEG_CS].sel, 0x9a00);
    CHECK_EQ(state[1].seg[SEG_CS].base, 0x9a000);
    CHECK_EQ(d.vcpu[1]->arch.regs.rip, 0);
    CHECK(d.vcpu[1]->is_initialised && !hvm(1)->in_reset);
}

UNIT_TEST(init_self, "A vCPU that sends INIT to itself does not wait for itself.")
{
    make_domain();
    hvm_vcpu_init_reset(d.vcpu[0]);
    CHECK_EQ(waits, 0);
    CHECK(hvm(0)->in_reset);
    host_cpu_info.curr = d.vcpu[1];
    hvm_vcpu_start(d.vcpu[0], 1);
    hvm_vcpu_init_reset(d.vcpu[0]);
    CHECK_EQ(waits, 1);
}

static void send_init_back(void)
{
    CHECK(current == d.vcpu[1]);
    hvm_vcpu_init_reset(d.vcpu[0]);
}

UNIT_TEST(init_each_other,
          "Of two vCPUs that send INIT to each other one goes down, and nobody waits for ever.")
{
    make_domain();
    while_waiting = send_init_back;
    hvm_vcpu_init_reset(d.vcpu[1]);
    CHECK_EQ(waits, 1);
    CHECK(hvm(1)->in_reset && !hvm(0)->in_reset);
    CHECK(!test_bit(VPF_down, &d.vcpu[0]->pause_flags));
    hvm_vcpu_init_reset(d.vcpu[2]); /* and the next one has its turn */
    CHECK(hvm(2)->in_reset);
}

static void send_init_after_shutdown(void)
{
    d.is_shutting_down = true;
    clear_bit(VPF_down, &d.vcpu[1]->pause_flags);
    hvm_vcpu_init_reset(d.vcpu[2]);
}

UNIT_TEST(init_shutdown, "While its domain shuts down, a vCPU does not wait for its turn either.")
{
    make_domain();
    while_waiting = send_init_after_shutdown;
    hvm_vcpu_init_reset(d.vcpu[1]);
    CHECK_EQ(waits, 1);
    CHECK(!hvm(2)->in_reset);
}
