/* SPDX-License-Identifier: GPL-2.0-only */
/* hvm_op(command, argument): parameters of a domain, and the vector of its event upcalls. */
#include <public/hvm/hvm_op.h>
#include <public/hvm/params.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/event.h>
#include <xen/guest_access.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/nospec.h>
#include <xen/p2m.h>
#include <xen/privilege.h>
#include <xen/sched.h>
#include <xen/time.h>

/* The first 16 vectors are the processor's own. */
#define VECTOR_MIN 16

/* Where rings and ports are is the builder's to say; how upcalls come is the guest's. */
static bool may_set_itself(uint32_t index)
{
    return index == HVM_PARAM_CALLBACK_IRQ || index == HVM_PARAM_TRIPLE_FAULT_REASON;
}

static int param_target(const struct xen_hvm_param *arg, bool is_set, struct domain **d)
{
    enum target_rule rule = TARGET_SELF_OR_BY_CONTROL;

    if (arg->index >= HVM_NR_PARAMS)
        return -EINVAL;
    if (is_set && !may_set_itself(arg->index))
        rule = TARGET_BY_CONTROL;
    return privilege_target(arg->domid, rule, d);
}

static int set_param(uint64_t gva)
{
    struct xen_hvm_param arg;
    struct domain *d;
    int rc;

    if (guest_read(&arg, gva))
        return -EFAULT;
    rc = param_target(&arg, true, &d);
    if (rc)
        return rc;
    WRITE_ONCE(d->arch.hvm_params[index_clamp(arg.index, HVM_NR_PARAMS)], arg.value);
    domain_put(d);
    return 0;
}

static int get_param(uint64_t gva)
{
    struct xen_hvm_param arg;
    struct domain *d;
    int rc;

    if (guest_read(&arg, gva))
        return -EFAULT;
    rc = param_target(&arg, false, &d);
    if (rc)
        return rc;
    arg.value = READ_ONCE(d->arch.hvm_params[index_clamp(arg.index, HVM_NR_PARAMS)]);
    domain_put(d);
    return guest_write_field(gva, &arg, value);
}

static int get_time(uint64_t gva)
{
    struct xen_hvm_get_time arg = {.now = NOW()};

    return guest_write(gva, &arg);
}

static uint16_t mem_type(struct domain *d, gfn_t gfn)
{
    p2m_type_t type;
    unsigned int order;

    p2m_lookup(d, gfn, &type, &order);
    switch (type) {
    case p2m_ram_rw:
        return HVMMEM_ram_rw;
    case p2m_ram_ro:
    case p2m_grant_map_ro:
        return HVMMEM_ram_ro;
    case p2m_grant_map_rw:
    case p2m_map_foreign:
        return HVMMEM_ram_rw;
    default:
        return HVMMEM_mmio_dm;
    }
}

static int get_mem_type(uint64_t gva)
{
    struct xen_hvm_get_mem_type arg;
    struct domain *d;
    int rc;

    if (guest_read(&arg, gva))
        return -EFAULT;
    rc = privilege_target(arg.domid, TARGET_SELF_OR_BY_CONTROL, &d);
    if (rc)
        return rc;
    arg.mem_type = mem_type(d, _gfn(arg.pfn));
    domain_put(d);
    return guest_write_field(gva, &arg, mem_type);
}

static int set_evtchn_upcall_vector(uint64_t gva)
{
    struct xen_hvm_evtchn_upcall_vector arg;
    struct domain *d = current->domain;
    struct vcpu *v;

    if (guest_read(&arg, gva))
        return -EFAULT;
    if (arg.vector < VECTOR_MIN)
        return -EINVAL;
    v = domain_vcpu(d, arg.vcpu);
    if (!v)
        return -ENOENT;
    v->arch.upcall_vector = arg.vector;
    /* What is pending was announced in another way, or not at all. */
    if (vcpu_event_pending(v))
        arch_vcpu_event_pending(v);
    return 0;
}

long do_hvm_op(struct hypercall *call)
{
    const uint64_t gva = call->arg[1];

    switch (call->arg[0]) {
    case HVMOP_set_param:
        return set_param(gva);
    case HVMOP_get_param:
        return get_param(gva);
    case HVMOP_pagetable_dying:
        return -EINVAL; /* there are no shadows of page tables */
    case HVMOP_get_time:
        return get_time(gva);
    case HVMOP_get_mem_type:
        return get_mem_type(gva);
    case HVMOP_set_evtchn_upcall_vector:
        return set_evtchn_upcall_vector(gva);
    default:
        return -ENOSYS;
    }
}
