// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entries as AMD's nested paging reads them (APM vol. 2, 15.25: long mode's own format, all
 * accesses counting as user ones), so filled in that the IOMMU reads the very same tables (AMD I/O
 * Virtualization Technology, 2.2.3): its next-level field lies in bits 9-11, which the processor
 * leaves to software, its IR and IW in bits 61 and 62, FC in bit 60.  Bits 52-55 are free in both:
 * our type.
 */
#include "private.h"

#define NPT_P           (1ULL << 0)
#define NPT_RW          (1ULL << 1)
#define NPT_US          (1ULL << 2)
#define NPT_A           (1ULL << 5)
#define NPT_D           (1ULL << 6)
#define NPT_PS          (1ULL << 7)
#define NPT_NEXT(level) ((uint64_t)(level) << 9)
#define NPT_ADDRESS     0x000ffffffffff000ULL
#define NPT_TYPE_SHIFT  52
#define NPT_TYPE_MASK   0xfULL
#define NPT_IO_FC       (1ULL << 60)
#define NPT_IO_READ     (1ULL << 61)
#define NPT_IO_WRITE    (1ULL << 62)

/* What the guest and its devices may do with a page of each type. */
static uint64_t rights(p2m_type_t type)
{
    switch (type) {
    case p2m_ram_ro:
    case p2m_grant_map_ro:
        return NPT_IO_READ;
    case p2m_invalid:
        return 0;
    default:
        return NPT_RW | NPT_IO_READ | NPT_IO_WRITE;
    }
}

/* A next-level field of 0 tells the IOMMU that the entry maps a page of its level's size. */
static uint64_t npt_leaf(mfn_t mfn, unsigned int level, p2m_type_t type)
{
    return mfn_to_maddr(mfn) | NPT_P | NPT_US | NPT_A | NPT_D | rights(type) |
           (level > 1 ? NPT_PS : 0) | ((uint64_t)type << NPT_TYPE_SHIFT) | NPT_NEXT(0) |
           (type == p2m_mmio_direct ? 0 : NPT_IO_FC);
}

static uint64_t npt_table(paddr_t table, unsigned int level)
{
    return table | NPT_P | NPT_RW | NPT_US | NPT_A | NPT_NEXT(level - 1) | NPT_IO_READ |
           NPT_IO_WRITE;
}

static bool npt_is_leaf(uint64_t entry, unsigned int level)
{
    return level == 1 || (entry & NPT_PS);
}

static mfn_t npt_mfn(uint64_t entry)
{
    return maddr_to_mfn(entry & NPT_ADDRESS);
}

static p2m_type_t npt_type(uint64_t entry)
{
    return (entry >> NPT_TYPE_SHIFT) & NPT_TYPE_MASK;
}

const struct p2m_format npt_format = {
    .leaf = npt_leaf,
    .table = npt_table,
    .is_leaf = npt_is_leaf,
    .mfn = npt_mfn,
    .type = npt_type,
};
