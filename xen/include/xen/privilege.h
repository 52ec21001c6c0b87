/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who may do what to whom, in two small questions: may this domain make the call at all, and may it
 * do so to that domain?  dom0 may control, a domain may act on itself, everything else is refused.
 * In both enumerations zero is the strictest answer, so that a row of a table that says nothing
 * refuses.
 */
#ifndef XEN_PRIVILEGE_H
#define XEN_PRIVILEGE_H

#include <public/xen.h>
#include <xen/types.h>

struct domain;

enum caller_rule {
    CALLER_CONTROL,  /* the control domain */
    CALLER_HARDWARE, /* the hardware domain */
    CALLER_ANYONE,
};

enum target_rule {
    TARGET_BY_CONTROL,         /* any domain, but only by the control domain */
    TARGET_SELF_OR_BY_CONTROL, /* itself; the control domain also others */
    TARGET_BY_ANYONE,          /* the operation has a rule of its own */
};

bool privilege_caller(const struct domain *caller, enum caller_rule rule);

/* Finds the domain (DOMID_SELF: the caller), checks, takes a reference.  -ESRCH, -EPERM. */
int privilege_target(domid_t domid, enum target_rule rule, struct domain **target);

#endif
