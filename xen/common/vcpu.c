/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A vCPU's life: created down, given a context, brought up; paused by counts; its timers; and the
 * vcpu_info through which its guest sees events and time.
 */
#include <public/sched.h>
#include <xen/bug.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/event.h>
#include <xen/mm.h>
#include <xen/p2m.h>
#include <xen/sched.h>
#include <xen/softirq.h>
#include <xen/string.h>
#include <xen/time.h>
#include <xen/xmalloc.h>

/* --- timers --- */

static void singleshot_fires(void *data)
{
    event_send_virq(data, VIRQ_TIMER);
}

static void periodic_fires(void *data)
{
    struct vcpu *v = data;

    event_send_virq(v, VIRQ_TIMER);
    if (v->periodic_period)
        timer_set(&v->periodic_timer, NOW() + v->periodic_period);
}

static void poll_times_out(void *data)
{
    vcpu_unblock(data);
}

static void timers_init(struct vcpu *v)
{
    timer_init(&v->singleshot_timer, singleshot_fires, v, v->processor);
    timer_init(&v->periodic_timer, periodic_fires, v, v->processor);
    timer_init(&v->poll_timer, poll_times_out, v, v->processor);
}

static void timers_kill(struct vcpu *v)
{
    timer_kill(&v->singleshot_timer);
    timer_kill(&v->periodic_timer);
    timer_kill(&v->poll_timer);
}

void vcpu_timers_follow(struct vcpu *v)
{
    if (v->singleshot_timer.cpu == v->processor)
        return;
    timer_migrate(&v->singleshot_timer, v->processor);
    timer_migrate(&v->periodic_timer, v->processor);
    timer_migrate(&v->poll_timer, v->processor);
}

/* --- vcpu_info --- */

static int vcpu_info_init(struct vcpu *v)
{
    struct shared_info *shared = v->domain->shared_info;

    if (v->vcpu_id < XEN_LEGACY_MAX_VCPUS) {
        v->vcpu_info = &shared->vcpu_info[v->vcpu_id];
        return 0;
    }
    v->vcpu_info_own = xzalloc(struct vcpu_info);
    v->vcpu_info = v->vcpu_info_own;
    return v->vcpu_info ? 0 : -ENOMEM;
}

/* The page must be the domain's own: one that was lent to it may be taken back. */
int vcpu_info_register(struct vcpu *v, gfn_t gfn, unsigned int offset)
{
    struct page_info *pg;
    struct vcpu_info *new;
    p2m_type_t type;

    if (offset > PAGE_SIZE - sizeof(*new) || offset % __alignof__(struct vcpu_info))
        return -EINVAL;
    if (v->vcpu_info_page || (v != current && !test_bit(VPF_down, &v->pause_flags)))
        return -EINVAL;
    pg = p2m_get_page(v->domain, gfn, &type, true);
    if (!pg)
        return -EINVAL;
    if (type != p2m_ram_rw) {
        page_put(pg);
        return -EINVAL;
    }
    new = (void *)((char *)page_to_virt(pg) + offset);
    memcpy(new, v->vcpu_info, sizeof(*new));
    v->vcpu_info = new;
    v->vcpu_info_page = pg;
    /* Events may have come to the old place meanwhile: look at all of them once. */
    new->evtchn_pending_sel = ~0UL;
    vcpu_mark_events_pending(v);
    return 0;
}

void vcpu_info_forget(struct vcpu *v)
{
    struct page_info *pg = v->vcpu_info_page;

    if (!pg)
        return;
    v->vcpu_info_page = NULL;
    v->vcpu_info = &v->domain->shared_info->vcpu_info[v->vcpu_id % XEN_LEGACY_MAX_VCPUS];
    page_put(pg);
}

/* --- life --- */

static int vcpu_assemble(struct vcpu *v)
{
    int rc;

    if ((rc = sched_vcpu_init(v)) != 0 || v->domain->is_idle)
        return rc;
    timers_init(v);
    if ((rc = vcpu_info_init(v)) != 0)
        return rc;
    if ((rc = event_vcpu_init(v)) != 0)
        return rc;
    return arch_vcpu_create(v);
}

struct vcpu *vcpu_create(struct domain *d, unsigned int vcpu_id)
{
    struct vcpu *v;

    ASSERT(vcpu_id < d->max_vcpus && !d->vcpu[vcpu_id]);
    v = xzalloc(struct vcpu);
    if (!v)
        return NULL;
    v->vcpu_id = vcpu_id;
    v->domain = d;
    if (!d->is_idle)
        set_bit(VPF_down, &v->pause_flags);
    runstate_vcpu_init(v, NOW());
    if (vcpu_assemble(v) != 0) {
        vcpu_destroy(v);
        return NULL;
    }
    rcu_assign_pointer(d->vcpu[vcpu_id], v);
    /* A domain that shuts down now finds the vCPU, or else the vCPU finds out here. */
    smp_mb();
    if (READ_ONCE(d->is_shutting_down))
        vcpu_rest(v);
    return v;
}

void vcpu_destroy(struct vcpu *v)
{
    if (!v)
        return;
    if (v->singleshot_timer.function)
        timers_kill(v);
    arch_vcpu_destroy(v);
    event_vcpu_destroy(v);
    if (v->sched)
        sched_vcpu_destroy(v);
    xfree(v->vcpu_info_own);
    xfree(v);
}

int vcpu_up(struct vcpu *v)
{
    if (!v->is_initialised)
        return -EINVAL;
    if (!test_and_clear_bit(VPF_down, &v->pause_flags))
        return 0;
    sched_vcpu_set_down(v, false);
    vcpu_wake(v);
    return 0;
}

static bool is_any_up(const struct domain *d)
{
    struct vcpu *v;

    for_each_vcpu (d, v)
        if (!test_bit(VPF_down, &v->pause_flags))
            return true;
    return false;
}

/*
 * First down, then the look at the others, or two that go at once would each take the other for up:
 *
 *      vCPU 0                      vCPU 1
 *      down
 *                                  down
 *      is any up? none             is any up? none
 *      shuts the domain down       shuts it down: it is already
 *
 * The last one stays as it was, so that a domain which is resumed goes on with it.
 */
int vcpu_down(struct vcpu *v)
{
    if (test_and_set_bit(VPF_down, &v->pause_flags))
        return 0;
    if (is_any_up(v->domain)) {
        vcpu_sleep_nosync(v);
        sched_vcpu_set_down(v, true);
        return 0;
    }
    clear_bit(VPF_down, &v->pause_flags);
    domain_shutdown(v->domain, SHUTDOWN_poweroff);
    return 0;
}

/* --- pausing --- */

void vcpu_pause_nosync(struct vcpu *v)
{
    atomic_inc(&v->pause_count);
    vcpu_sleep_nosync(v);
}

void vcpu_pause(struct vcpu *v)
{
    ASSERT(v != current);
    atomic_inc(&v->pause_count);
    vcpu_sleep_sync(v);
}

/* Not a count: that the domain is shut down is seen here or there, or by both. */
void vcpu_rest(struct vcpu *v)
{
    set_bit(VPF_shut_down, &v->pause_flags);
    vcpu_sleep_nosync(v);
}

void vcpu_unpause(struct vcpu *v)
{
    if (atomic_dec_return(&v->pause_count) == 0)
        vcpu_wake(v);
}
