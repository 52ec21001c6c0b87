/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine's ports in the hands of the hardware domain; see hwdom_ports.c. */
#ifndef HVM_HWDOM_PORTS_H
#define HVM_HWDOM_PORTS_H

#include <xen/types.h>

struct domain;

int hwdom_ports_init(struct domain *d); /* registers those that are not for it */
/* The machine's port itself. */
void hwdom_port_access(uint16_t port, unsigned int size, bool is_write, uint64_t *data);

#endif
