/* SPDX-License-Identifier: GPL-2.0-only */
#include <asm/vpci.h>

int vpci_init(struct domain *d)
{
    return 0;
}

void vpci_destroy(struct domain *d)
{
}

bool vpci_msix_covers(struct domain *d, paddr_t gpa)
{
    return false;
}

void vpci_msix_access(struct vcpu *v, paddr_t addr, unsigned int size, bool is_write,
                      uint64_t *data)
{
}
