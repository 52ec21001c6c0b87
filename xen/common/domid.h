/* SPDX-License-Identifier: GPL-2.0-only */
/* Between domid.c and domain.c: entering and leaving the table of all domains. */
#ifndef COMMON_DOMID_H
#define COMMON_DOMID_H

struct domain;

int domid_publish(struct domain *d);    /* -EEXIST, -ENOMEM */
void domid_retract(struct domain *d);

#endif
