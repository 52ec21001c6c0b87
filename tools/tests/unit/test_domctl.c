/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The door of domctl: who is let in, with what, and what comes out, for every number there is; then
 * the operations on memory and vCPUs with each of their errors.  The heap is real, guest memory is
 * one array, and what a row leads to elsewhere is only counted.
 */
// Sources: common/domctl.c common/domctl_memory.c common/domctl_sched.c common/ctl_bitmap.c
// Sources: common/privilege.c common/page_alloc.c common/memory/*.c common/numa.c
#include "heap_fixture.h"
#include <xen/domctl.h>
#include <xen/event.h>
#include <xen/guest_access.h>
#include <xen/hypercall.h>
#include <xen/privilege.h>
#include <xen/sched.h>
#include <xen/smp.h>

void *calloc(size_t count, size_t size);

#define DOM0   0
#define TARGET 7

static struct domain *dom0, *target;
static struct vcpu *caller; /* of dom0, unless a test says otherwise */

/* --- guest memory --- */

static uint8_t memory[4096]; /* readable; from read_only on not writable */
static size_t read_only = sizeof(memory);
static const uint8_t outside[64];

static bool lies_in(uint64_t gva, size_t size, size_t end)
{
    uint64_t offset = gva - (uint64_t)memory;

    return offset <= end && size <= end - offset;
}

int guest_copy_from(void *dst, uint64_t gva, size_t size)
{
    if (!lies_in(gva, size, sizeof(memory)))
        return -EFAULT;
    memcpy(dst, (void *)gva, size);
    return 0;
}

int guest_copy_to(uint64_t gva, const void *src, size_t size)
{
    if (!lies_in(gva, size, read_only))
        return -EFAULT;
    memcpy((void *)gva, src, size);
    return 0;
}

int guest_clear(uint64_t gva, size_t size)
{
    if (!lies_in(gva, size, read_only))
        return -EFAULT;
    memset((void *)gva, 0, size);
    return 0;
}

/* --- what the rows lead to --- */

static unsigned int calls;
static int answer; /* what those of elsewhere return */

#define ELSEWHERE(name)                               \
    int name(struct domain *d, struct xen_domctl *op) \
    {                                                 \
        calls++;                                      \
        return answer;                                \
    }

ELSEWHERE(arch_domctl_shadow_op)
ELSEWHERE(arch_domctl_get_paging_mempool_size)
ELSEWHERE(arch_domctl_set_paging_mempool_size)
ELSEWHERE(arch_domctl_gettscinfo)
ELSEWHERE(arch_domctl_settscinfo)
ELSEWHERE(arch_domctl_settimeoffset)
ELSEWHERE(arch_domctl_get_cpu_policy)
ELSEWHERE(arch_domctl_set_cpu_policy)
ELSEWHERE(arch_domctl_gethvmcontext)
ELSEWHERE(arch_domctl_sethvmcontext)
ELSEWHERE(arch_domctl_gethvmcontext_partial)

static void (*meanwhile)(void); /* what happens while a domain is being destroyed */

int domain_kill(struct domain *d)
{
    calls++;
    if (meanwhile)
        meanwhile();
    return answer;
}

#define ON_DOMAIN(name)        \
    int name(struct domain *d) \
    {                          \
        calls++;               \
        return answer;         \
    }

ON_DOMAIN(domain_pause_by_control)
ON_DOMAIN(domain_unpause_by_control)
ON_DOMAIN(domain_resume)

int domid_alloc(domid_t wanted, domid_t *domid)
{
    *domid = wanted == DOMID_INVALID ? 9 : wanted;
    return wanted == DOM0 || wanted == TARGET ? -EEXIST : 0;
}

int domain_create(domid_t domid, const struct xen_domctl_createdomain *config, bool is_privileged,
                  struct domain **out)
{
    CHECK(!is_privileged);
    calls++;
    return answer;
}

void domain_info(struct domain *d, struct xen_domctl_getdomaininfo *info)
{
    calls++;
    info->max_vcpu_id = 1234;
}

int event_set_global_virq_handler(struct domain *d, unsigned int virq)
{
    calls++;
    return answer;
}

static unsigned int vcpus_until_failure;
static bool preempt;

struct vcpu *vcpu_create(struct domain *d, unsigned int id)
{
    if (vcpus_until_failure && --vcpus_until_failure == 0)
        return NULL;
    d->vcpu[id] = calloc(1, sizeof(struct vcpu));
    d->vcpu[id]->domain = d;
    d->vcpu[id]->vcpu_id = id;
    return d->vcpu[id];
}

bool hypercall_preempt_check(void)
{
    return preempt;
}

int sched_adjust_domain(struct domain *d, struct xen_domctl_scheduler_op *op)
{
    calls++;
    return answer;
}

void vcpu_runstate_get(struct vcpu *v, struct vcpu_runstate *out)
{
    memset(out, 0, sizeof(*out));
    out->time[RUNSTATE_running] = 4711;
}

void runstate_domain_get(struct domain *d, struct domain_runstate_sample *out)
{
    calls++;
    *out = (struct domain_runstate_sample){3, 100, 900, {1, 2, 3, 4, 5, 6}, {70, 80, 90}};
}

static int affinity(cpumask_t *to, const cpumask_t *mask)
{
    if (!(mask->bits[0] & cpu_online_map.bits[0]))
        return -EINVAL;
    *to = *mask;
    return 0;
}

int vcpu_set_hard_affinity(struct vcpu *v, const cpumask_t *mask)
{
    return affinity(&v->hard_affinity, mask);
}

int vcpu_set_soft_affinity(struct vcpu *v, const cpumask_t *mask)
{
    return affinity(&v->soft_affinity, mask);
}

struct domain *domain_get(domid_t domid)
{
    struct domain *d = domain_find(domid);

    if (d)
        domain_hold(d);
    return d;
}

/* --- calling --- */

#define OP       ((struct xen_domctl *)memory)
#define EXTRA    ((uint64_t)memory + 1024) /* arrays and bitmaps of an argument */
#define EXTRA_AT ((uint64_t *)EXTRA)

static struct domain *make_domain(domid_t domid, unsigned int vcpus)
{
    struct domain *d = host_domain_create(domid, 1000);

    spin_lock_init(&d->lock, LOCK_DOMAIN);
    d->max_vcpus = vcpus;
    d->vcpu = calloc(vcpus, sizeof(*d->vcpu));
    return d;
}

static void make_host(void)
{
    make_nodes(2, 1024);
    dom0 = make_domain(DOM0, 1);
    dom0->is_privileged = true;
    caller = vcpu_create(dom0, 0);
    target = make_domain(TARGET, 4);
    vcpu_create(target, 0);
    vcpu_create(target, 1);
    cpu_online_map.bits[0] = 0xf;
    host_cpu_info.curr = caller;
    calls = 0;
}

static struct xen_domctl *op_for(uint32_t cmd, domid_t domid)
{
    memset(memory, 0, sizeof(memory));
    OP->cmd = cmd;
    OP->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    OP->domain = domid;
    return OP;
}

static long call_at(uint64_t gva)
{
    unsigned int references = host_domain_references(target);
    struct hypercall call = {.arg = {gva}};
    long rc = do_domctl(&call);

    CHECK_EQ(host_domain_references(target), references);
    return rc;
}

static long call(void)
{
    return call_at((uint64_t)memory);
}

#define CHECK_CALL(expected)        \
    do {                            \
        CHECK_EQ(call(), expected); \
        spin_assert_none_held();    \
    } while (0)

/* --- the door --- */

/* Every number that is answered; `anyone`: it is not about a domain that is there. */
static const struct known {
    uint32_t cmd;
    bool anyone;
} known[] = {
    {XEN_DOMCTL_createdomain, true},
    {XEN_DOMCTL_destroydomain},
    {XEN_DOMCTL_pausedomain},
    {XEN_DOMCTL_unpausedomain},
    {XEN_DOMCTL_getdomaininfo, true},
    {XEN_DOMCTL_setvcpuaffinity},
    {XEN_DOMCTL_shadow_op},
    {XEN_DOMCTL_max_mem},
    {XEN_DOMCTL_getvcpuinfo},
    {XEN_DOMCTL_max_vcpus},
    {XEN_DOMCTL_scheduler_op},
    {XEN_DOMCTL_setdomainhandle},
    {XEN_DOMCTL_settimeoffset},
    {XEN_DOMCTL_getvcpuaffinity},
    {XEN_DOMCTL_resumedomain},
    {XEN_DOMCTL_gethvmcontext},
    {XEN_DOMCTL_sethvmcontext},
    {XEN_DOMCTL_gethvmcontext_partial},
    {XEN_DOMCTL_gettscinfo},
    {XEN_DOMCTL_settscinfo},
    {XEN_DOMCTL_set_virq_handler},
    {XEN_DOMCTL_setnodeaffinity},
    {XEN_DOMCTL_getnodeaffinity},
    {XEN_DOMCTL_get_cpu_policy},
    {XEN_DOMCTL_set_cpu_policy},
    {XEN_DOMCTL_get_paging_mempool_size},
    {XEN_DOMCTL_set_paging_mempool_size},
    {XEN_DOMCTL_claim_memory},
    {XEN_DOMCTL_get_runstate_info},
    {XEN_DOMCTL_get_node_pages},
};

static bool is_known(uint32_t cmd)
{
    for (unsigned int i = 0; i < ARRAY_SIZE(known); i++)
        if (known[i].cmd == cmd)
            return true;
    return false;
}

UNIT_TEST(unknown,
          "Every number that has no operation is answered by ENOSYS, and nothing is called.")
{
    static const uint32_t far[] = {~0u, 1u << 31, 0x10000, (uint32_t)-2000};

    make_host();
    for (uint32_t cmd = 0; cmd < 3000; cmd++) {
        op_for(cmd, TARGET);
        if (!is_known(cmd))
            CHECK_CALL(-ENOSYS);
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(far); i++) {
        op_for(far[i], TARGET);
        CHECK_CALL(-ENOSYS);
    }
    CHECK_EQ(calls, 0);
}

UNIT_TEST(argument, "An argument that cannot be read whole, or of another version, is refused "
                    "before anything else.")
{
    make_host();
    CHECK_EQ(call_at(0), -EFAULT);
    CHECK_EQ(call_at((uint64_t)outside), -EFAULT);
    CHECK_EQ(call_at(~0ULL), -EFAULT);
    CHECK_EQ(call_at((uint64_t)memory + sizeof(memory) - sizeof(*OP) + 1), -EFAULT);
    for (unsigned int i = 0; i < ARRAY_SIZE(known); i++) {
        op_for(known[i].cmd, TARGET)->interface_version++;
        CHECK_CALL(-EACCES);
    }
    CHECK_EQ(calls, 0);
}

UNIT_TEST(privilege,
          "A domain without privilege may call nothing, neither on others nor on itself.")
{
    static const domid_t who[] = {DOM0, TARGET, DOMID_SELF};

    make_host();
    host_cpu_info.curr = target->vcpu[0];
    for (unsigned int i = 0; i < ARRAY_SIZE(known); i++)
        for (unsigned int w = 0; w < ARRAY_SIZE(who); w++) {
            op_for(known[i].cmd, who[w]);
            CHECK_CALL(-EPERM);
        }
    CHECK_EQ(calls, 0);
    CHECK_EQ(target->mem.max_pages, 1000);
}

UNIT_TEST(no_domain, "A domain that is not there: ESRCH, by every operation that needs one.")
{
    static const domid_t who[] = {8, 255, DOMID_INVALID, DOMID_IDLE, DOMID_XEN, DOMID_IO};

    make_host();
    for (unsigned int i = 0; i < ARRAY_SIZE(known); i++)
        for (unsigned int w = 0; w < ARRAY_SIZE(who) && !known[i].anyone; w++) {
            op_for(known[i].cmd, who[w]);
            CHECK_CALL(-ESRCH);
        }
    CHECK_EQ(calls, 0);
}

static void call_others(void)
{
    static const uint32_t serial[] = {XEN_DOMCTL_createdomain, XEN_DOMCTL_destroydomain,
                                      XEN_DOMCTL_max_vcpus, XEN_DOMCTL_resumedomain};
    unsigned int before = calls;

    meanwhile = NULL;
    for (unsigned int i = 0; i < ARRAY_SIZE(serial); i++) {
        op_for(serial[i], TARGET);
        CHECK_EQ(call(), -ERESTART);
    }
    CHECK_EQ(calls, before);
    op_for(XEN_DOMCTL_pausedomain, TARGET);
    CHECK_EQ(call(), 0);
}

UNIT_TEST(serial,
          "While a domain is being destroyed, other lives wait their turn, and the rest goes on.")
{
    make_host();
    meanwhile = call_others;
    op_for(XEN_DOMCTL_destroydomain, TARGET);
    CHECK_CALL(0);
    CHECK_EQ(calls, 2);
    op_for(XEN_DOMCTL_destroydomain, TARGET);
    CHECK_CALL(0); /* the lock is free again */
}

UNIT_TEST(results, "Results are stored back, errors' too; when they cannot be, that is an error "
                   "unless there is one.")
{
    make_host();
    answer = -EINVAL;
    op_for(XEN_DOMCTL_scheduler_op, TARGET);
    CHECK_CALL(-EINVAL);
    read_only = 0;
    CHECK_CALL(-EINVAL);
    answer = 0;
    CHECK_CALL(-EFAULT);
    op_for(XEN_DOMCTL_max_mem, TARGET)->u.max_mem.max_memkb = 4000;
    CHECK_CALL(0); /* tells nothing back */
    CHECK_EQ(target->mem.max_pages, 1000);
    op_for(XEN_DOMCTL_max_mem, TARGET)->u.max_mem.max_memkb = 8000;
    CHECK_CALL(0);
    CHECK_EQ(target->mem.max_pages, 2000);
}

/* --- life --- */

UNIT_TEST(create, "A domain gets the number asked for, or any; one that is taken is refused.")
{
    make_host();
    op_for(XEN_DOMCTL_createdomain, TARGET);
    CHECK_CALL(-EEXIST);
    op_for(XEN_DOMCTL_createdomain, 20);
    CHECK_CALL(0);
    CHECK_EQ(OP->domain, 20);
    op_for(XEN_DOMCTL_createdomain, 0); /* any */
    CHECK_CALL(0);
    CHECK_EQ(OP->domain, 9);
    answer = -ENOMEM;
    op_for(XEN_DOMCTL_createdomain, 0);
    CHECK_CALL(-ENOMEM);
    CHECK_EQ(OP->domain, 0);
}

UNIT_TEST(next_domain, "getdomaininfo finds the domain asked for, or the next one above it.")
{
    make_host();
    op_for(XEN_DOMCTL_getdomaininfo, 0);
    CHECK_CALL(0);
    CHECK_EQ(OP->domain, 0);
    op_for(XEN_DOMCTL_getdomaininfo, 1);
    CHECK_CALL(0);
    CHECK_EQ(OP->domain, TARGET);
    CHECK_EQ(OP->u.getdomaininfo.max_vcpu_id, 1234);
    op_for(XEN_DOMCTL_getdomaininfo, TARGET + 1);
    CHECK_CALL(-ESRCH);
}

UNIT_TEST(not_oneself, "dom0 cannot pause or resume itself, nor add vCPUs to itself.")
{
    static const uint32_t cmd[] = {XEN_DOMCTL_pausedomain, XEN_DOMCTL_resumedomain,
                                   XEN_DOMCTL_max_vcpus};

    make_host();
    for (unsigned int i = 0; i < ARRAY_SIZE(cmd); i++) {
        op_for(cmd[i], DOMID_SELF)->u.max_vcpus.max = 1;
        CHECK_CALL(-EINVAL);
        op_for(cmd[i], TARGET)->u.max_vcpus.max = 1;
        CHECK_CALL(0);
    }
}

UNIT_TEST(vcpus,
          "max_vcpus makes those that are missing, in pieces, up to what the domain was made for.")
{
    make_host();
    op_for(XEN_DOMCTL_max_vcpus, TARGET);
    CHECK_CALL(-EINVAL); /* none */
    OP->u.max_vcpus.max = 5;
    CHECK_CALL(-EINVAL);
    OP->u.max_vcpus.max = ~0u;
    CHECK_CALL(-EINVAL);
    CHECK(!target->vcpu[2]);
    OP->u.max_vcpus.max = 4;
    vcpus_until_failure = 2;
    CHECK_CALL(-ENOMEM);
    CHECK(target->vcpu[2] && !target->vcpu[3]);
    preempt = true;
    CHECK_CALL(-ERESTART);
    CHECK(target->vcpu[3]);
    CHECK_CALL(0);
}

UNIT_TEST(handle, "A domain's UUID is what was set last.")
{
    make_host();
    memset(op_for(XEN_DOMCTL_setdomainhandle, TARGET)->u.setdomainhandle.handle, 0xa5, 16);
    CHECK_CALL(0);
    for (unsigned int i = 0; i < 16; i++)
        CHECK_EQ(target->handle[i], 0xa5);
}

/* --- vCPUs --- */

UNIT_TEST(vcpu_numbers, "A vCPU beyond the domain's: EINVAL; one not made yet: ESRCH.")
{
    static const uint32_t cmd[] = {XEN_DOMCTL_getvcpuinfo, XEN_DOMCTL_setvcpuaffinity,
                                   XEN_DOMCTL_getvcpuaffinity};

    make_host();
    for (unsigned int i = 0; i < ARRAY_SIZE(cmd); i++)
        for (uint32_t id = 0; id < 6; id++) {
            op_for(cmd[i], TARGET)->u.vcpuaffinity.flags = XEN_VCPUAFFINITY_HARD;
            OP->u.vcpuaffinity.vcpu = id < 5 ? id : ~0u; /* all have it first */
            if (id >= 2)
                CHECK_CALL(id < 4 ? -ESRCH : -EINVAL);
        }
}

UNIT_TEST(vcpu_info, "What a vCPU does is told as it is.")
{
    struct vcpu *v;

    make_host();
    v = target->vcpu[1];
    v->processor = 3;
    v->is_running = true;
    set_bit(VPF_blocked, &v->pause_flags);
    op_for(XEN_DOMCTL_getvcpuinfo, TARGET)->u.getvcpuinfo.vcpu = 1;
    CHECK_CALL(0);
    CHECK_EQ(OP->u.getvcpuinfo.online, 1);
    CHECK_EQ(OP->u.getvcpuinfo.blocked, 1);
    CHECK_EQ(OP->u.getvcpuinfo.running, 1);
    CHECK_EQ(OP->u.getvcpuinfo.cpu_time, 4711);
    CHECK_EQ(OP->u.getvcpuinfo.cpu, 3);
    set_bit(VPF_down, &v->pause_flags);
    CHECK_CALL(0);
    CHECK_EQ(OP->u.getvcpuinfo.online, 0);
}

static struct xen_domctl *affinity_op(uint32_t cmd, uint32_t flags, uint32_t bits)
{
    op_for(cmd, TARGET)->u.vcpuaffinity.flags = flags;
    OP->u.vcpuaffinity.cpumap_hard.bitmap.p = (void *)EXTRA;
    OP->u.vcpuaffinity.cpumap_soft.bitmap.p = (void *)(EXTRA + 64);
    OP->u.vcpuaffinity.cpumap_hard.nr_bits = OP->u.vcpuaffinity.cpumap_soft.nr_bits = bits;
    return OP;
}

UNIT_TEST(affinity, "Affinities are set as given and told back as far as they have an effect.")
{
    const uint32_t hard = XEN_VCPUAFFINITY_HARD, soft = XEN_VCPUAFFINITY_SOFT,
                   set = XEN_DOMCTL_setvcpuaffinity, get = XEN_DOMCTL_getvcpuaffinity;
    struct vcpu *v;

    make_host();
    v = target->vcpu[0];
    affinity_op(set, 0, 64);
    CHECK_CALL(-EINVAL);
    affinity_op(set, hard | 1u << 3, 64);
    CHECK_CALL(-EINVAL);
    affinity_op(get, XEN_VCPUAFFINITY_FORCE, 64);
    CHECK_CALL(-EINVAL);

    affinity_op(set, hard | soft | XEN_VCPUAFFINITY_FORCE, 64);
    EXTRA_AT[0] = 0x36;
    EXTRA_AT[8] = 0x1e;
    CHECK_CALL(0);
    CHECK_EQ(v->hard_affinity.bits[0], 0x36);
    CHECK_EQ(v->soft_affinity.bits[0], 0x1e);
    CHECK_EQ(EXTRA_AT[0], 0x06);
    CHECK_EQ(EXTRA_AT[8], 0x06);

    affinity_op(get, hard | soft, 8);
    EXTRA_AT[0] = ~0ULL;
    CHECK_CALL(0);
    CHECK_EQ(EXTRA_AT[0], ~0xffULL | 0x36); /* a byte, and no more */
    CHECK_EQ(EXTRA_AT[8], 0x1e);

    affinity_op(set, hard, 3);
    EXTRA_AT[0] = 0xff; /* three bits count */
    CHECK_CALL(0);
    CHECK_EQ(v->hard_affinity.bits[0], 7);
    affinity_op(set, hard, 64);
    EXTRA_AT[0] = 0xf0; /* none online */
    CHECK_CALL(-EINVAL);
    CHECK_EQ(v->hard_affinity.bits[0], 7);
    affinity_op(set, hard, 64)->u.vcpuaffinity.cpumap_hard.bitmap.p = (void *)outside;
    CHECK_CALL(-EFAULT);
    affinity_op(get, soft, 64)->u.vcpuaffinity.cpumap_soft.bitmap.p = (void *)outside;
    CHECK_CALL(-EFAULT);
    affinity_op(get, hard, 2u << 20);
    CHECK_CALL(-E2BIG);
    affinity_op(get, hard, 1024);
    memset((void *)EXTRA, 0xff, 256);
    CHECK_CALL(0);
    CHECK_EQ(((uint8_t *)EXTRA)[127], 0); /* CPUs that cannot be */
    CHECK_EQ(((uint8_t *)EXTRA)[128], 0xff);
}

UNIT_TEST(runstates, "A domain's runstates arrive field by field.")
{
    const struct xen_domctl_runstate_info *info = &OP->u.domain_runstate;

    make_host();
    op_for(XEN_DOMCTL_get_runstate_info, TARGET);
    CHECK_CALL(0);
    CHECK_EQ(info->state, 3);
    CHECK_EQ(info->missed_changes, 0);
    CHECK_EQ(info->state_entry_time, 100);
    for (unsigned int i = 0; i < 6; i++)
        CHECK_EQ(info->time[i], i + 1);
    CHECK_EQ(info->runnable, 70);
    CHECK_EQ(info->running, 80);
    CHECK_EQ(info->nonaffine, 90);
}

/* --- memory --- */

#define NO_NODE XEN_DOMCTL_CLAIM_MEMORY_NO_NODE

static void claims_op(unsigned int count, const struct xen_memory_claim *claim)
{
    op_for(XEN_DOMCTL_claim_memory, TARGET)->u.claim_memory.nr_claims = count;
    OP->u.claim_memory.claims.p = (void *)EXTRA;
    memcpy((void *)EXTRA, claim, count * sizeof(*claim));
}

#define CLAIM(expected, ...)                                \
    do {                                                    \
        const struct xen_memory_claim c_[] = {__VA_ARGS__}; \
        claims_op(ARRAY_SIZE(c_), c_);                      \
        CHECK_CALL(expected);                               \
    } while (0)

UNIT_TEST(claim_errors, "Each claim that cannot be has its error, and promises nothing.")
{
    struct xen_memory_claim none = XEN_NODE_CLAIM_INIT(0, NO_NODE);

    make_host();
    claims_op(0, &none);
    CHECK_CALL(-EINVAL);
    claims_op(1, &none);
    OP->u.claim_memory.pad = 1;
    CHECK_CALL(-EINVAL);
    claims_op(1, &none);
    OP->u.claim_memory.nr_claims = 4; /* three would name every node and the host */
    CHECK_CALL(-E2BIG);
    OP->u.claim_memory.nr_claims = ~0u;
    CHECK_CALL(-E2BIG);
    claims_op(1, &none);
    OP->u.claim_memory.claims.p = (void *)outside;
    CHECK_CALL(-EFAULT);
    CLAIM(-EINVAL, {.pages = 5, .node = 0, .pad = 1});
    CLAIM(-EINVAL, {.pages = 0, .node = NO_NODE, .pad = 1});
    CLAIM(-EINVAL, {.pages = 0, .node = 0});
    CLAIM(-EINVAL, {.pages = 5, .node = 0}, {.pages = 0, .node = NO_NODE});
    CLAIM(-EINVAL, {.pages = 5, .node = 1}, {.pages = 6, .node = 1});
    CLAIM(-EINVAL, {.pages = 5, .node = NO_NODE}, {.pages = 6, .node = NO_NODE});
    CLAIM(-ENOENT, {.pages = 5, .node = 2});
    CLAIM(-ENOENT, {.pages = 5, .node = 1}, {.pages = 5, .node = 255});
    CLAIM(-ENOENT, {.pages = 5, .node = 256});
    CLAIM(-ENOENT, {.pages = 5, .node = 0xfffffffe});
    CLAIM(-EINVAL, {.pages = 1001, .node = NO_NODE}); /* over its maximum */
    CLAIM(-EINVAL, {.pages = ~0ULL, .node = 0}, {.pages = 2, .node = 1});
    target->mem.max_pages = 4096;
    CLAIM(-ENOMEM, {.pages = 1025, .node = 0});
    CLAIM(-ENOMEM, {.pages = 1024, .node = 0}, {.pages = 1025, .node = NO_NODE});
    CHECK_EQ(claimed_pages(), 0);
}

UNIT_TEST(claim, "A set of claims is staked whole, read per node, and released by nothing on no "
                 "node, twice too.")
{
    const struct xen_node_pages *node = (void *)EXTRA;

    make_host();
    CLAIM(0, {.pages = 100, .node = 1}, {.pages = 50, .node = NO_NODE});
    CHECK_EQ(claimed_pages(), 150);
    CHECK_EQ(node_claimed(1), 100);
    CLAIM(-EINVAL, {.pages = 10, .node = 0}); /* it has one */
    CHECK_EQ(populate(target, 0, EXACT_NODE(1), 30), 30);

    op_for(XEN_DOMCTL_get_node_pages, TARGET)->u.get_node_pages.nodes.p = (void *)EXTRA;
    OP->u.get_node_pages.num_nodes = 2;
    CHECK_CALL(0);
    CHECK_EQ(OP->u.get_node_pages.num_nodes, 2);
    CHECK_EQ(OP->u.get_node_pages.tot_pages, 30);
    CHECK_EQ(OP->u.get_node_pages.claimed_host, 50);
    CHECK_EQ(OP->u.get_node_pages.outstanding_pages, 120);
    CHECK_EQ(node[0].pages + node[0].claimed, 0);
    CHECK_EQ(node[1].pages, 30);
    CHECK_EQ(node[1].claimed, 70);

    op_for(XEN_DOMCTL_get_node_pages, TARGET)->u.get_node_pages.pad = 1;
    CHECK_CALL(-EINVAL);
    op_for(XEN_DOMCTL_get_node_pages, TARGET)->u.get_node_pages.nodes.p = (void *)outside;
    CHECK_CALL(0); /* no room was offered: how many there are */
    CHECK_EQ(OP->u.get_node_pages.num_nodes, 2);
    OP->u.get_node_pages.num_nodes = 1;
    CHECK_CALL(-EFAULT);

    CLAIM(0, {.pages = 0, .node = NO_NODE});
    CHECK_EQ(claimed_pages(), 0);
    CLAIM(0, {.pages = 0, .node = NO_NODE});
    destroy(target);
    CLAIM(-EINVAL, {.pages = 10, .node = NO_NODE});
    CLAIM(0, {.pages = 0, .node = NO_NODE});
}

UNIT_TEST(node_affinity,
          "Nodes by preference: all until some are named; none that is there is refused.")
{
    make_host();
    op_for(XEN_DOMCTL_getnodeaffinity, TARGET)->u.nodeaffinity.nodemap.bitmap.p = (void *)EXTRA;
    OP->u.nodeaffinity.nodemap.nr_bits = 64;
    CHECK_CALL(0);
    CHECK_EQ(EXTRA_AT[0], 3);
    OP->cmd = XEN_DOMCTL_setnodeaffinity;
    EXTRA_AT[0] = 0xfc;
    CHECK_CALL(-EINVAL);
    EXTRA_AT[0] = 0xfe; /* node 1, and some that are not there */
    CHECK_CALL(0);
    OP->cmd = XEN_DOMCTL_getnodeaffinity;
    CHECK_CALL(0);
    CHECK_EQ(EXTRA_AT[0], 2);
    OP->u.nodeaffinity.nodemap.bitmap.p = (void *)outside;
    CHECK_CALL(-EFAULT);
    OP->cmd = XEN_DOMCTL_setnodeaffinity;
    CHECK_CALL(-EFAULT);
}

/* --- privilege.h's two questions --- */

UNIT_TEST(rules, "Each rule lets in whom it says: a rule that was forgotten is the strictest.")
{
    struct domain *found, *other;

    make_host();
    other = make_domain(5, 1);
    CHECK_EQ(CALLER_CONTROL, 0);
    CHECK_EQ(TARGET_BY_CONTROL, 0);
    dom0->is_hardware = true;
    for (unsigned int rule = 0; rule < 4; rule++) {
        CHECK_EQ(privilege_caller(dom0, rule), rule < 3);
        CHECK_EQ(privilege_caller(other, rule), rule == CALLER_ANYONE);
    }
    dom0->is_privileged = false;
    CHECK(!privilege_caller(dom0, CALLER_CONTROL));
    CHECK(privilege_caller(dom0, CALLER_HARDWARE));
    host_cpu_info.curr = target->vcpu[0];
    for (unsigned int rule = 0; rule < 4; rule++) {
        int self = rule == TARGET_SELF_OR_BY_CONTROL || rule == TARGET_BY_ANYONE ? 0 : -EPERM;

        CHECK_EQ(privilege_target(5, rule, &found), rule == TARGET_BY_ANYONE ? 0 : -EPERM);
        CHECK_EQ(privilege_target(DOMID_SELF, rule, &found), self);
        CHECK_EQ(privilege_target(TARGET, rule, &found), self);
        CHECK(self || found == target);
        CHECK_EQ(privilege_target(99, rule, &found), -ESRCH);
    }
}
