/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The FIFO layout: 131,071 ports, and queues of 16 priorities for each vCPU.
 *
 * A port is a 32-bit word in pages that the guest gives: PENDING, MASKED, LINKED, BUSY and the
 * number of the next port on the same queue.  A vCPU's control block has the head of each queue and
 * a bit for each that is not empty. We link at the tail; the guest unlinks at the head, clearing
 * LINKED and the link in one compare-and-exchange. Everything in those pages may change at any time
 * and to anything: what we need to trust, tails and the queue that a port was linked on, is kept on
 * our side.
 */
#include <xen/atomic.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/p2m.h>
#include <xen/sched.h>
#include <xen/string.h>
#include <xen/xmalloc.h>

#include "private.h"

#define WORDS_PER_PAGE (PAGE_SIZE / sizeof(event_word_t))
#define ARRAY_PAGES    (EVTCHN_FIFO_NR_CHANNELS / WORDS_PER_PAGE)

#define BIT_PENDING (1u << EVTCHN_FIFO_PENDING)
#define BIT_MASKED  (1u << EVTCHN_FIFO_MASKED)
#define BIT_LINKED  (1u << EVTCHN_FIFO_LINKED)
#define BIT_BUSY    (1u << EVTCHN_FIFO_BUSY)

struct event_fifo {
    unsigned int page_count;
    event_word_t *array[ARRAY_PAGES];
    struct page_info *page[ARRAY_PAGES];
    struct evtchn_fifo_control_block early[]; /* one for each vCPU that has not given its own yet */
};

static event_word_t *port_word(struct domain *d, evtchn_port_t port)
{
    struct event_fifo *f = d->event->fifo;
    unsigned int page = port / WORDS_PER_PAGE;

    if (page >= __atomic_load_n(&f->page_count, __ATOMIC_ACQUIRE))
        return NULL;
    return &f->array[page][port % WORDS_PER_PAGE];
}

static event_word_t word_read(const event_word_t *word)
{
    return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

/*
 * Makes the word of a queue's last port point to the next one.  False if the guest has already
 * taken it off.
 *
 * The guest may flip its mask just then and make us try again.  After a few attempts BUSY asks it
 * to hold off; one that does not honour that spoils only its own queue.
 */
static bool link_after(event_word_t *word, evtchn_port_t next)
{
    for (unsigned int attempt = 0; attempt < 16; attempt++) {
        event_word_t old =
            attempt < 4 ? word_read(word) : __atomic_or_fetch(word, BIT_BUSY, __ATOMIC_SEQ_CST);
        event_word_t new = (old & ~(BIT_BUSY | EVTCHN_FIFO_LINK_MASK)) | next;

        if (!(old & BIT_LINKED)) {
            __atomic_and_fetch(word, ~BIT_BUSY, __ATOMIC_SEQ_CST);
            return false;
        }
        if (__atomic_compare_exchange_n(word, &old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            return true;
    }
    __atomic_and_fetch(word, ~BIT_BUSY, __ATOMIC_SEQ_CST);
    return false;
}

/* The vCPU's block: its own, or ours until it gives one.  With the raise lock. */
static struct evtchn_fifo_control_block *control_of(struct vcpu *v)
{
    return v->event->control ?: &v->domain->event->fifo->early[v->vcpu_id];
}

/* The port is off the queue where it last was; should it be that queue's tail, nothing may be
 * linked after it. */
static void forget_tail(struct domain *d, const struct event_channel *ch, evtchn_port_t port)
{
    struct vcpu *last = domain_vcpu(d, ch->last_vcpu);

    if (last && last->event->tail[ch->last_priority] == port)
        last->event->tail[ch->last_priority] = 0;
}

/* Puts the port at the end of its queue.  True if the vCPU must be told. */
static bool enqueue(struct vcpu *v, struct event_channel *ch, evtchn_port_t port)
{
    struct evtchn_fifo_control_block *control = control_of(v);
    unsigned int priority = ch->priority;
    evtchn_port_t *tail = &v->event->tail[priority];
    bool is_linked;

    forget_tail(v->domain, ch, port);
    ch->last_vcpu = v->vcpu_id;
    ch->last_priority = priority;

    is_linked = *tail && link_after(port_word(v->domain, *tail), port);
    *tail = port;
    if (is_linked)
        return false;
    __atomic_store_n(&control->head[priority], port, __ATOMIC_SEQ_CST);
    return !test_and_set_bit(priority, &control->ready);
}

static void set_pending(struct vcpu *v, struct event_channel *ch, evtchn_port_t port)
{
    event_word_t *word = port_word(v->domain, port), old;

    if (!word) {
        ch->is_deferred = true; /* until the guest has given a page for it */
        return;
    }
    old = __atomic_fetch_or(word, BIT_PENDING, __ATOMIC_SEQ_CST);
    if (!(old & (BIT_MASKED | BIT_LINKED)) &&
        !(__atomic_fetch_or(word, BIT_LINKED, __ATOMIC_SEQ_CST) & BIT_LINKED) &&
        enqueue(v, ch, port))
        vcpu_mark_events_pending(v);
    if (!(old & BIT_PENDING))
        sched_poll_notify(v->domain, port);
}

static void clear_pending(struct domain *d, struct event_channel *ch, evtchn_port_t port)
{
    event_word_t *word = port_word(d, port);

    ch->is_deferred = false;
    if (word)
        __atomic_and_fetch(word, ~BIT_PENDING, __ATOMIC_SEQ_CST);
}

static void unmask(struct domain *d, struct event_channel *ch, evtchn_port_t port)
{
    event_word_t *word = port_word(d, port);

    if (word && (__atomic_and_fetch(word, ~BIT_MASKED, __ATOMIC_SEQ_CST) & BIT_PENDING))
        channel_raise(d, ch, port);
}

static bool is_pending(struct domain *d, const struct event_channel *ch, evtchn_port_t port)
{
    const event_word_t *word = port_word(d, port);

    return word ? word_read(word) & BIT_PENDING : ch->is_deferred;
}

const struct event_layout event_layout_fifo = {
    .port_count = EVTCHN_FIFO_NR_CHANNELS,
    .set_pending = set_pending,
    .clear_pending = clear_pending,
    .unmask = unmask,
    .is_pending = is_pending,
};

/* A writable page of the domain's own memory, referenced. */
static struct page_info *guest_page(struct domain *d, uint64_t gfn)
{
    p2m_type_t type;
    struct page_info *pg = p2m_get_page(d, _gfn(gfn), &type, true);

    if (pg && type != p2m_ram_rw) {
        page_put(pg);
        pg = NULL;
    }
    return pg;
}

static struct event_fifo *fifo_alloc(struct domain *d)
{
    size_t size =
        sizeof(struct event_fifo) + d->max_vcpus * sizeof(struct evtchn_fifo_control_block);

    return xzalloc_bytes(size, __alignof__(struct event_fifo));
}

/* From 2-level to FIFO: what is pending there shall be pending here, as soon as there are words. */
static void switch_layout(struct domain *d, struct event_fifo *f)
{
    struct event_channel *ch;

    spin_lock(&d->event->raise_lock);
    for (evtchn_port_t port = 1;
         port < EVTCHN_2L_NR_CHANNELS && (ch = port_channel(d, port)) != NULL; port++)
        ch->is_deferred = ch->state != CHANNEL_free && event_layout_2l.is_pending(d, ch, port);
    d->event->fifo = f;
    d->event->layout = &event_layout_fifo;
    spin_unlock(&d->event->raise_lock);
}

/* Moves what was queued on our own block to the guest's. */
static void adopt_control(struct vcpu *v, struct page_info *pg, uint32_t offset)
{
    struct event_vcpu *ev = v->event;
    struct evtchn_fifo_control_block *early, *control;
    spinlock_t *lock = &v->domain->event->raise_lock;

    control = (void *)((char *)page_to_virt(pg) + offset);
    spin_lock(lock);
    early = control_of(v);
    memcpy(control->head, early->head, sizeof(control->head));
    __atomic_store_n(&control->ready, early->ready, __ATOMIC_RELEASE);
    ev->control_page = pg;
    ev->control = control;
    spin_unlock(lock);
    if (control->ready)
        vcpu_mark_events_pending(v);
}

int event_fifo_init_control(struct domain *d, unsigned int vcpu, uint64_t gfn, uint32_t offset)
{
    struct vcpu *v = domain_vcpu(d, vcpu);
    struct event_fifo *f;
    struct page_info *pg;
    unsigned long flags;
    int rc = -EINVAL;

    if (!v)
        return -ENOENT;
    if (offset % 8 || offset > PAGE_SIZE - sizeof(struct evtchn_fifo_control_block))
        return -EINVAL;
    pg = guest_page(d, gfn);
    if (!pg)
        return -EINVAL;
    f = fifo_alloc(d);
    if (!f) {
        page_put(pg);
        return -ENOMEM;
    }

    spin_lock_irqsave(&d->event->lock, flags);
    if (!d->event->is_dying && !v->event->control_page) {
        if (!d->event->fifo) {
            switch_layout(d, f);
            f = NULL;
        }
        adopt_control(v, pg, offset);
        pg = NULL;
        rc = 0;
    }
    spin_unlock_irqrestore(&d->event->lock, flags);

    xfree(f); /* another vCPU was first */
    if (pg)
        page_put(pg);
    return rc;
}

/* The ports that a new page has words for, and that were raised before. */
static void raise_deferred(struct domain *d, evtchn_port_t first)
{
    for (evtchn_port_t port = max(first, 1u); port < first + WORDS_PER_PAGE; port++) {
        struct event_channel *ch = port_channel(d, port);

        if (!ch)
            break;
        if (ch->is_deferred) {
            ch->is_deferred = false;
            channel_raise(d, ch, port);
        }
    }
}

static int append_page(struct domain *d, struct page_info *pg)
{
    struct event_fifo *f = d->event->fifo;
    unsigned int page;

    if (!f || d->event->is_dying)
        return -EINVAL;
    page = f->page_count;
    if (page >= ARRAY_PAGES)
        return -ENOSPC;
    f->array[page] = page_to_virt(pg);
    f->page[page] = pg;
    __atomic_store_n(&f->page_count, page + 1, __ATOMIC_RELEASE);
    raise_deferred(d, page * WORDS_PER_PAGE);
    return 0;
}

int event_fifo_expand_array(struct domain *d, uint64_t gfn)
{
    struct page_info *pg = guest_page(d, gfn);
    unsigned long flags;
    int rc;

    if (!pg)
        return -EINVAL;
    spin_lock_irqsave(&d->event->lock, flags);
    rc = append_page(d, pg);
    spin_unlock_irqrestore(&d->event->lock, flags);
    if (rc)
        page_put(pg);
    return rc;
}

int event_fifo_set_priority(struct domain *d, evtchn_port_t port, unsigned int priority)
{
    struct event_channel *ch;
    unsigned long flags;
    int rc = -EINVAL;

    if (priority > EVTCHN_FIFO_PRIORITY_MIN)
        return -EINVAL;
    spin_lock_irqsave(&d->event->lock, flags);
    if (!d->event->fifo) {
        rc = -ENOSYS;
    } else if ((ch = port_in_use(d, port)) != NULL) {
        ch->priority = priority;
        rc = 0;
    }
    spin_unlock_irqrestore(&d->event->lock, flags);
    return rc;
}

/* The pages go back to the guest; ports that are open go on in the 2-level layout. */
void fifo_teardown(struct domain *d)
{
    struct event_fifo *f = d->event->fifo;
    struct vcpu *v;

    ASSERT(spin_is_locked(&d->event->lock));
    if (!f)
        return;
    spin_lock(&d->event->raise_lock);
    d->event->layout = &event_layout_2l;
    d->event->fifo = NULL;
    spin_unlock(&d->event->raise_lock);
    for_each_vcpu (d, v) {
        if (v->event->control_page)
            page_put(v->event->control_page);
        memset(v->event->tail, 0, sizeof(v->event->tail));
        v->event->control = NULL;
        v->event->control_page = NULL;
    }
    for (unsigned int i = 0; i < f->page_count; i++)
        page_put(f->page[i]);
    xfree(f);
}
