/* SPDX-License-Identifier: GPL-2.0-only */
/* The record of its runstate that a guest keeps in its own memory: what is written where and when,
 * and how it ends while another CPU may be writing. */
// Sources: common/sched/area.c common/memory/frames.c common/guest_layout.c
#include <public/vcpu.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/mm.h>
#include <xen/rcupdate.h>
#include <xen/sched.h>
#include <xen/string.h>

#include "host.h"
#include "unit.h"

void *calloc(size_t count, size_t size);

#define MEMORY GB(1)
#define PAGES  4 /* guest addresses 0 to 0x3fff; page 2 is another's, page 3 not there */

static unsigned int references[PAGES];
static struct domain *d, *other;
static struct vcpu *v[2];
static struct vcpu_runstate now;

static struct page_info *page(unsigned int i)
{
    return mfn_to_page(mfn_add(maddr_to_mfn(MEMORY), i));
}

struct page_info *arch_guest_page(uint64_t gva, bool is_write, unsigned int *offset)
{
    unsigned int i = (unsigned int)(gva / PAGE_SIZE);

    CHECK(is_write);
    *offset = gva % PAGE_SIZE;
    if (gva / PAGE_SIZE >= PAGES - 1)
        return NULL;
    references[i]++;
    return page(i);
}

void page_put(struct page_info *pg)
{
    CHECK(references[pg - page(0)]-- > 0);
}

struct domain *page_get_owner(const struct page_info *pg)
{
    return pg == page(2) ? other : d;
}

void vcpu_runstate_get(struct vcpu *vcpu, struct vcpu_runstate *out)
{
    *out = now;
}

void domain_pages_init(struct domain_pages *mem)
{
}

/* What RCU will do once every CPU has been round. */
static struct rcu_head *later;

void call_rcu(struct rcu_head *head, void (*function)(struct rcu_head *))
{
    head->function = function;
    head->next = later;
    later = head;
}

static void everybody_has_been_round(void)
{
    while (later) {
        struct rcu_head *head = later;

        later = head->next;
        head->function(head);
    }
}

static struct vcpu_runstate_info *record(uint64_t gva)
{
    return (void *)((char *)page_to_virt(page(0)) + gva);
}

static void make_guest(void)
{
    host_add_ram(MEMORY, MEMORY + MB(128));
    d = host_domain_create(1, 0);
    other = host_domain_create(2, 0);
    for (unsigned int i = 0; i < 2; i++) {
        v[i] = calloc(1, sizeof(struct vcpu));
        v[i]->domain = d;
    }
    host_cpu_info.curr = v[0];
    now = (struct vcpu_runstate){
        .state = RUNSTATE_running, .entry = 5000, .now = 5300, .time = {1300, 20, 30, 40}};
}

UNIT_TEST(written, "The record has the times at entry into the state, at once and at every switch.")
{
    make_guest();
    CHECK_EQ(runstate_area_register(v[0], 64), 0);
    CHECK_EQ(record(64)->state, RUNSTATE_running);
    CHECK_EQ(record(64)->state_entry_time, 5000);
    CHECK_EQ(record(64)->time[RUNSTATE_running], 1000);
    CHECK_EQ(record(64)->time[RUNSTATE_offline], 40);
    now.entry = 7000;
    now.now = 7000;
    runstate_area_update(v[0]);
    CHECK_EQ(record(64)->state_entry_time, 7000);
    CHECK_EQ(record(64)->time[RUNSTATE_running], 1300);
    CHECK_EQ(references[0], 1);
    runstate_area_update(v[1]); /* has none */
}

UNIT_TEST(crossing, "A record may begin in one page and end in the next, at whatever place.")
{
    make_guest();
    d->vm_assist = 1UL << VMASST_TYPE_runstate_update_flag;
    for (uint64_t gva = PAGE_SIZE - 56; gva <= PAGE_SIZE + 8; gva += 8) {
        memset(record(0), 0xa5, 2 * PAGE_SIZE);
        CHECK_EQ(runstate_area_register(v[0], gva), 0);
        CHECK_EQ(record(gva)->state_entry_time, 5000); /* without the flag, in the end */
        CHECK_EQ(record(gva)->time[RUNSTATE_offline], 40);
        CHECK_EQ(((uint8_t *)record(gva))[-1], 0xa5);
        CHECK_EQ(((uint8_t *)record(gva))[48], 0xa5);
    }
    runstate_area_forget(v[0]);
    everybody_has_been_round();
    CHECK_EQ(references[0] + references[1], 0);
    CHECK_EQ(host_allocations(), 0);
}

UNIT_TEST(
    refused,
    "A place that is odd, not there, or in a page of somebody else's is refused, also by half.")
{
    static const struct {
        uint64_t gva;
        int rc;
    } bad[] = {
        {4, -EINVAL},
        {~0ULL - 7, -EFAULT},
        {3 * PAGE_SIZE, -EFAULT},
        {2 * PAGE_SIZE + 64, -EFAULT},
        {2 * PAGE_SIZE - 8, -EFAULT}, /* begins in one's own page */
    };

    make_guest();
    for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
        CHECK_EQ(runstate_area_register(v[0], bad[i].gva), bad[i].rc);
    host_fail_allocation(1);
    CHECK_EQ(runstate_area_register(v[0], 64), -EFAULT);
    CHECK(!v[0]->runstate_area);
    for (unsigned int i = 0; i < PAGES; i++)
        CHECK_EQ(references[i], 0);
    CHECK_EQ(host_allocations(), 0);
}

UNIT_TEST(
    ended_elsewhere,
    "A record that another vCPU replaces or ends stays while its own CPU may be writing to it.")
{
    make_guest();
    CHECK_EQ(runstate_area_register(v[1], 64), 0);
    v[1]->is_running = true; /* elsewhere, for ever: nobody may wait for it */
    CHECK_EQ(runstate_area_register(v[1], PAGE_SIZE), 0);
    CHECK_EQ(references[0], 1);
    everybody_has_been_round();
    CHECK_EQ(references[0], 0);
    CHECK_EQ(references[1], 1);
    runstate_area_forget(v[1]);
    runstate_area_forget(v[1]);
    CHECK_EQ(references[1], 1);
    everybody_has_been_round();
    CHECK_EQ(references[1], 0);
    CHECK_EQ(host_allocations(), 0);
}
