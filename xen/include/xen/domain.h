/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domains and virtual CPUs: what they are made of, and their lives.
 * Guards: D d->lock, H heap_lock, S the run queue's lock, A atomic, C constant once created.
 */
#ifndef XEN_DOMAIN_H
#define XEN_DOMAIN_H

#include <public/xen.h>
#include <public/vcpu.h>
#include <xen/atomic.h>
#include <xen/cpumask.h>
#include <xen/domain_pages.h>
#include <xen/list.h>
#include <xen/nospec.h>
#include <xen/rcupdate.h>
#include <xen/runstate.h>
#include <xen/spinlock.h>
#include <xen/tasklet.h>
#include <xen/timer.h>
#include <xen/types.h>
#include <asm/domain.h>     /* struct arch_domain, struct arch_vcpu */

struct event_state;
struct event_vcpu;
struct grant_table;
struct sched_domain;
struct sched_unit;
struct vnuma;
struct runstate_area;
struct xen_domctl_createdomain;

#define MAX_VIRT_CPUS 128

/* Why a vCPU does not run: bits of pause_flags. */
enum vcpu_pause_reason {
    VPF_blocked,        /* waits for an event */
    VPF_down,           /* not brought up, or taken down by the guest */
    VPF_migrating,
    VPF_parked,         /* its cap is used up */
    VPF_shut_down,      /* its domain is */
};

struct vcpu {
    unsigned int vcpu_id;               /* C */
    unsigned int processor;             /* S: where it runs or is queued */
    struct domain *domain;              /* C */

    unsigned long pause_flags;          /* A: enum vcpu_pause_reason */
    atomic_t pause_count;
    bool is_running;                    /* S */
    bool is_initialised;                /* D: has a context */
    bool is_urgent;

    struct vcpu_runstate runstate;      /* S */
    struct runstate_area *runstate_area;    /* where the guest looks at its runstate, or NULL */
    struct sched_unit *sched;           /* S: the scheduler's own */
    cpumask_t hard_affinity, soft_affinity; /* S */

    struct timer singleshot_timer;
    struct timer poll_timer;
    s_time_t periodic_period;           /* ns, 0 off */
    struct timer periodic_timer;
    int poll_evtchn;                    /* A: 0 not polling, -1 several, else the port */

    struct vcpu_info *vcpu_info;        /* where the guest looks; never NULL */
    struct page_info *vcpu_info_page;   /* of a registered vcpu_info, referenced */
    struct vcpu_info *vcpu_info_own;    /* for a vCPU that has no place in shared_info */
    struct event_vcpu *event;

    unsigned long hypercall_pending_op; /* a continuation is under way; see hypercall.h */
    struct tasklet continue_tasklet;
    bool is_compat_call;                /* the hypercall under way is a 32-bit caller's */

    struct arch_vcpu arch;
};

struct domain {
    domid_t domain_id;                  /* C */
    unsigned int max_vcpus;             /* C */
    struct vcpu **vcpu;                 /* D: [max_vcpus], entries appear once */
    spinlock_t lock;
    atomic_t refcount;
    struct list_head list;              /* in the table of all domains, by domid */
    struct rcu_head rcu;

    struct domain_pages mem;
    atomic_t memory_users;              /* operations on its memory under way: see memory_target() */
    struct domain_runstate runstate;

    bool is_privileged;                 /* C: may control others (dom0) */
    bool is_idle;                       /* C */
    bool is_hardware;                   /* C: owns the machine's devices */
    bool is_shutting_down, is_shut_down;    /* D */
    bool is_initialised;                /* D: unpaused once by its creator */
    unsigned int controller_pause_count;    /* D */
    unsigned int dying;                 /* D: enum domain_dying */
    unsigned int shutdown_code;         /* D: SHUTDOWN_*, ~0 before */
    atomic_t pause_count;
    uint32_t options;                   /* C: XEN_DOMCTL_CDF_* */
    uint8_t handle[16];                 /* D: the UUID */
    uint32_t ssidref;
    unsigned long vm_assist;
    atomic_t poll_count;                /* vCPUs in sched_op poll */
    s_time_t created;                   /* C */
    uint32_t cpuid_version;

    struct shared_info *shared_info;    /* C: a page of the hypervisor's own */
    struct event_state *event;
    struct grant_table *grant;
    struct vnuma *vnuma;                /* D: NULL: nobody has said anything */
    struct sched_domain *sched;         /* S */
    unsigned int cpupool;
    int64_t time_offset_seconds;

    struct arch_domain arch;
};

enum domain_dying {
    DOMDYING_alive,
    DOMDYING_dying,     /* being torn down */
    DOMDYING_dead,      /* waits for the last reference */
};

extern struct domain *hardware_domain;
extern struct domain *idle_domain;
extern struct list_head domain_list;    /* by domid; under LOCK_DOMAIN_LIST */

/* --- domid.c, domain.c: finding and living --- */
struct domain *domain_get(domid_t domid);           /* takes a reference; NULL for none. DOMID_SELF is the caller's business */
struct domain *domain_get_next(domid_t from);       /* the first with domid >= from, referenced */
struct domain *domain_find(domid_t domid);          /* no reference: only while it cannot die */
void domain_hold(struct domain *d);                 /* one more reference */
void domain_put(struct domain *d);
int domid_alloc(domid_t wanted, domid_t *domid);    /* wanted DOMID_INVALID: any */

/* 0 and *out (held by its life, until domain_kill), or -EEXIST, -EINVAL, -ENOMEM, -EOPNOTSUPP. Starts paused. */
int domain_create(domid_t domid, const struct xen_domctl_createdomain *config, bool is_privileged,
                  struct domain **out);
void idle_domain_create(void);
struct vcpu *vcpu_create(struct domain *d, unsigned int vcpu_id);  /* NULL: -ENOMEM */
void vcpu_destroy(struct vcpu *v);                  /* off its CPU for good; NULL is fine */
/* VCPUOP_register_vcpu_info: *gpa* of d, not crossing a page. -EINVAL, also the second time. */
int vcpu_info_register(struct vcpu *v, gfn_t gfn, unsigned int offset);
void vcpu_info_forget(struct vcpu *v);
int domain_kill(struct domain *d);                  /* -ERESTART until done */
void domain_shutdown(struct domain *d, unsigned int reason);
int domain_resume(struct domain *d);
void domain_crash(struct domain *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

void vcpu_timers_follow(struct vcpu *v);             /* to the CPU that it runs on now */
int vcpu_up(struct vcpu *v);                        /* -EINVAL without a context; 0 when up already */
int vcpu_down(struct vcpu *v);                      /* by the guest itself; the last one going down shuts the domain down */

void domain_pause(struct domain *d);                /* waits until no vCPU runs */
void domain_pause_nosync(struct domain *d);
void domain_unpause(struct domain *d);
int domain_pause_by_control(struct domain *d);
int domain_unpause_by_control(struct domain *d);
void vcpu_pause(struct vcpu *v);
void vcpu_pause_nosync(struct vcpu *v);
void vcpu_unpause(struct vcpu *v);
void vcpu_rest(struct vcpu *v);                     /* as its domain has shut down; ended by domain_resume() */

static inline struct vcpu *domain_vcpu(const struct domain *d, unsigned int id)
{
    return id < d->max_vcpus ? d->vcpu[index_clamp(id, d->max_vcpus)] : NULL;
}

#define for_each_vcpu(d, v)                                                          \
    for (unsigned int vi_ = 0; vi_ < (d)->max_vcpus; vi_++)                          \
        if (((v) = (d)->vcpu[vi_]) != NULL)

static inline bool is_idle_vcpu(const struct vcpu *v)
{
    return v->domain->is_idle;
}

static inline bool vcpu_runnable(const struct vcpu *v)
{
    return !(v->pause_flags | (unsigned long)atomic_read(&v->pause_count) |
             (unsigned long)atomic_read(&v->domain->pause_count));
}

/* --- what the architecture does for a life --- */
int arch_domain_create(struct domain *d, const struct xen_domctl_createdomain *config);
void arch_domain_destroy(struct domain *d);         /* after the last reference */
int arch_domain_relinquish(struct domain *d);       /* -ERESTART until done */
int arch_vcpu_create(struct vcpu *v);
int arch_vcpu_initialise(struct vcpu *v, uint64_t gva);    /* VCPUOP_initialise: a context from current's memory */
void arch_vcpu_destroy(struct vcpu *v);
void arch_vcpu_switch_from(struct vcpu *prev);      /* on its CPU, when it stops running there */
void arch_vcpu_switch_to(struct vcpu *next);        /* on its CPU, before it runs there */
bool arch_vcpu_has_work(struct vcpu *v);             /* an interrupt or event that ends a HLT is pending */
void arch_vcpu_kick(struct vcpu *v);                /* leave guest mode soon and look at pending work */

#endif
