/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the event channel files share: the table of ports, and the operations of a word layout.
 *
 * Locking.  The domain's event lock guards its table and the state of its channels.  A channel
 * between two domains changes only under both locks, so whoever holds one of them may follow it to
 * the other end.  That is how events are sent: under the sender's event lock alone.  The receiver's
 * raise lock, further in, keeps its layout in place.
 */
#ifndef EVENT_PRIVATE_H
#define EVENT_PRIVATE_H

#include <xen/domain.h>
#include <xen/event.h>
#include <xen/spinlock.h>

enum channel_state {
    CHANNEL_free,
    CHANNEL_unbound,
    CHANNEL_interdomain,
    CHANNEL_virq,
    CHANNEL_ipi,
};

struct event_channel {
    uint8_t state;         /* enum channel_state */
    uint8_t priority;      /* FIFO: the queue to link on */
    uint8_t last_priority; /* FIFO: the queue it was linked on last, */
    bool is_deferred;      /* raised while there was no word for it, nor a bit */
    uint16_t vcpu;         /* whom to notify */
    uint16_t last_vcpu;    /* and the vCPU of that queue */
    union {
        domid_t binder; /* unbound: who may bind */
        uint32_t virq;
        struct {
            evtchn_port_t port;
            struct domain *domain;
        } remote; /* interdomain: the other end */
    };
};

/* How pending and masked bits are kept.  set_pending has the raise lock, the others the event lock.
 */
struct event_layout {
    unsigned int port_count;
    void (*set_pending)(struct vcpu *v, struct event_channel *ch, evtchn_port_t port);
    void (*clear_pending)(struct domain *d, struct event_channel *ch, evtchn_port_t port);
    void (*unmask)(struct domain *d, struct event_channel *ch, evtchn_port_t port);
    bool (*is_pending)(struct domain *d, const struct event_channel *ch, evtchn_port_t port);
};

extern const struct event_layout event_layout_2l, event_layout_fifo;

#define CHANNELS_PER_BUCKET 128

struct event_fifo;

struct event_state {
    spinlock_t lock;                   /* LOCK_EVENT, taken with interrupts off */
    spinlock_t raise_lock;             /* LOCK_EVENT_RAISE, inside */
    const struct event_layout *layout; /* changes under both */
    struct event_channel **bucket;     /* rows of the table, allocated as ports are first used */
    struct event_channel *spare;       /* the next row, made while the lock was free; or NULL */
    unsigned int port_limit;           /* constant: ports that the creator allows */
    unsigned int port_count;           /* ports that the allocated rows hold */
    unsigned int first_free;           /* no port below it is free */
    bool is_dying;                     /* no new ports */
    evtchn_port_t closed;              /* dying: ports below it are closed; its killer's */
    struct event_fifo *fifo;  /* NULL while the layout is 2-level; changes under both locks */
};

struct event_vcpu {
    evtchn_port_t virq_port[NR_VIRQS]; /* 0: not bound */
    struct evtchn_fifo_control_block
        *control; /* FIFO: the guest's; NULL: it has given none, and ours serves */
    struct page_info *control_page;
    evtchn_port_t
        tail[EVTCHN_FIFO_MAX_QUEUES]; /* FIFO: last port linked on each queue, 0 for none */
};

/* port.c.  The lock is held, except where the table does not shrink. */
struct event_channel *port_channel(struct domain *d,
                                   evtchn_port_t port); /* NULL when out of range */
struct event_channel *port_in_use(struct domain *d, evtchn_port_t port); /* NULL, too, when free */
/*
 * A free port becomes `state`, notifying vcpu.  -ENOSPC, -ENODEV for a dying domain, and -EAGAIN
 * where the table needs another row: the lock is taken with interrupts off, which is no time to
 * allocate one.
 */
int port_alloc(struct domain *d, enum channel_state state, unsigned int vcpu, evtchn_port_t *port);
/* Without the lock: after -EAGAIN, makes that row. True if there is one to try again with, else *rc
 * is final. */
bool port_row_made(struct domain *d, int *rc);
void port_free(struct domain *d, struct event_channel *ch, evtchn_port_t port);

/* channel.c */
void channel_raise(struct domain *d, struct event_channel *ch, evtchn_port_t port);

/* virq.c */
void virq_unbind(struct domain *d, struct event_channel *ch, evtchn_port_t port);

/* fifo.c */
void fifo_teardown(struct domain *d); /* back to the 2-level layout */

#endif
