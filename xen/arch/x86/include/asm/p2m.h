/* SPDX-License-Identifier: GPL-2.0-only */
/* The architecture's view of a domain's nested tables: for the vendors' entry code and the IOMMU. */
#ifndef ASM_X86_P2M_H
#define ASM_X86_P2M_H

#include <xen/types.h>

struct domain;

#define P2M_LEVELS 4    /* of the table that p2m_root() names, for the IOMMU's mode field as well */

paddr_t p2m_root(const struct domain *d);
/* Counts the flushes: entries cached under an older count must not be used (svm/asid.c). */
uint64_t p2m_generation(const struct domain *d);
/* From now on changes are told to the IOMMU, too. */
void p2m_share_with_iommu(struct domain *d);
void p2m_cpu_features(void);    /* boot: which sizes of pages there are */

#endif
