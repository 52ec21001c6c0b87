/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's view of a vCPU's runstate: a record in the guest's own memory, rewritten each time the
 * vCPU gets a CPU.  Linux computes steal time from it.
 *
 * The address is translated once, when it is registered; the frames stay referenced until the vCPU
 * registers another or dies.  They must be the domain's own: who could register a page that was
 * only lent to it would go on writing there when it was given back.
 *
 * Another vCPU may register or end the record at any time.  Nobody waits for the vCPU to stop - two
 * might wait for each other - but the old record is freed by RCU, when no CPU writes to it any
 * more.
 *
 * A guest that asked for the update flag sees XEN_RUNSTATE_UPDATE in
 * state_entry_time while the record is being written, and looks again.
 */
#include <public/vcpu.h>
#include <xen/atomic.h>
#include <xen/bug.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/guest_layout.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/rcupdate.h>
#include <xen/sched.h>
#include <xen/string.h>
#include <xen/xmalloc.h>

_Static_assert(sizeof(struct vcpu_runstate_info) == 48, "what 64-bit guests see");

struct runstate_area {
    struct page_info *page[2]; /* the second one when the record crosses into it */
    unsigned int offset;       /* in the first */
    struct rcu_head rcu;
    bool is_compat;            /* the record has the layout of 32-bit callers: one registered it */
    unsigned int size;         /* of the record in its layout */
};

static void area_free(struct runstate_area *area)
{
    for (unsigned int i = 0; area && i < 2; i++)
        if (area->page[i])
            page_put(area->page[i]);
    xfree(area);
}

static void area_gone(struct rcu_head *head)
{
    area_free(container_of(head, struct runstate_area, rcu));
}

/* Puts another record, or none, in the place of v's. */
static void area_exchange(struct vcpu *v, struct runstate_area *area)
{
    struct runstate_area *old = xchg(&v->runstate_area, area);

    if (old)
        call_rcu(&old->rcu, area_gone);
}

static struct page_info *own_page(uint64_t gva, unsigned int *offset)
{
    struct page_info *pg = arch_guest_page(gva, true, offset);

    if (pg && page_get_owner(pg) != current->domain) {
        page_put(pg);
        pg = NULL;
    }
    return pg;
}

static struct runstate_area *area_find(uint64_t gva)
{
    struct runstate_area *area = xzalloc(struct runstate_area);
    bool crosses;
    unsigned int offset;

    if (!area)
        return NULL;
    area->is_compat = current->is_compat_call;
    area->size = guest_layout_size(LAYOUT_vcpu_runstate_info, sizeof(struct vcpu_runstate_info));
    area->page[0] = own_page(gva, &area->offset);
    crosses = area->offset + area->size > PAGE_SIZE;
    if (area->page[0] && crosses)
        area->page[1] = own_page(gva + PAGE_SIZE - area->offset, &offset);
    if (!area->page[0] || (crosses && !area->page[1])) {
        area_free(area);
        return NULL;
    }
    return area;
}

static void area_write(struct runstate_area *area, size_t at, const void *src, size_t size)
{
    size_t start = area->offset + at;
    size_t first = start >= PAGE_SIZE ? 0 : min(size, PAGE_SIZE - start);

    if (first)
        memcpy((char *)page_to_virt(area->page[0]) + start, src, first);
    if (first < size)
        memcpy((char *)page_to_virt(area->page[1]) + (start + first - PAGE_SIZE),
               (const char *)src + first, size - first);
}

/* state_entry_time is where the update flag is. */
static void entry_write(struct runstate_area *area, uint64_t time)
{
    area_write(area, area->is_compat ? 4 : offsetof(struct vcpu_runstate_info, state_entry_time),
               &time, sizeof(time));
}

static void record_write(struct runstate_area *area, const struct vcpu_runstate_info *info)
{
    char compat[GUEST_LAYOUT_MAX];

    if (area->is_compat)
        guest_layout_pack(LAYOUT_vcpu_runstate_info, info, compat);
    area_write(area, 0, area->is_compat ? (const void *)compat : info, area->size);
}

static void area_rewrite(struct runstate_area *area, struct vcpu_runstate_info *info,
                         bool with_flag)
{
    uint64_t final = info->state_entry_time;

    if (with_flag) {
        info->state_entry_time |= XEN_RUNSTATE_UPDATE;
        entry_write(area, info->state_entry_time);
        smp_wmb();
    }
    record_write(area, info);
    if (with_flag) {
        smp_wmb();
        entry_write(area, final);
    }
}

void runstate_area_update(struct vcpu *v)
{
    struct runstate_area *area = rcu_dereference(v->runstate_area);
    struct vcpu_runstate_info info = {0};
    struct vcpu_runstate state;

    if (!area)
        return;
    vcpu_runstate_get(v, &state);
    /* The times are those at entry into the state: what has passed since, the guest adds itself. */
    memcpy(info.time, state.time, sizeof(info.time));
    info.time[state.state] -= (uint64_t)(state.now - state.entry);
    info.state = (int)state.state;
    info.state_entry_time = (uint64_t)state.entry;
    area_rewrite(area, &info, v->domain->vm_assist & (1UL << VMASST_TYPE_runstate_update_flag));
}

/* That of another vCPU is written when that one next gets a CPU. */
int runstate_area_register(struct vcpu *v, uint64_t gva)
{
    struct runstate_area *area;

    if (gva % (current->is_compat_call ? 4 : 8))
        return -EINVAL;
    area = area_find(gva);
    if (!area)
        return -EFAULT;
    area_exchange(v, area);
    if (v == current)
        runstate_area_update(v);
    return 0;
}

void runstate_area_forget(struct vcpu *v)
{
    area_exchange(v, NULL);
}
