/* SPDX-License-Identifier: GPL-2.0-only */
/* The answers to privilege.h's two questions. */
#include <xen/bug.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/privilege.h>
#include <xen/sched.h>

bool privilege_caller(const struct domain *caller, enum caller_rule rule)
{
    switch (rule) {
    case CALLER_ANYONE:
        return true;
    case CALLER_HARDWARE:
        return caller->is_hardware;
    case CALLER_CONTROL:
        return caller->is_privileged;
    }
    return false;
}

static bool may_target(const struct domain *caller, const struct domain *target,
                       enum target_rule rule)
{
    switch (rule) {
    case TARGET_BY_ANYONE:
        return true;
    case TARGET_SELF_OR_BY_CONTROL:
        return caller == target || caller->is_privileged;
    case TARGET_BY_CONTROL:
        return caller->is_privileged;
    }
    return false;
}

int privilege_target(domid_t domid, enum target_rule rule, struct domain **target)
{
    struct domain *caller = current->domain;
    struct domain *d = domain_get(domid == DOMID_SELF ? caller->domain_id : domid);

    if (!d)
        return -ESRCH;
    if (!may_target(caller, d, rule)) {
        domain_put(d);
        return -EPERM;
    }
    *target = d;
    return 0;
}
