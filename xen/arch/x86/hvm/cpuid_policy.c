// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CPUID policy: one row per leaf that guests may see, with the bits of each register that pass
 * from the host.  A leaf without a row is not there.  What a vCPU is (its number, its topology,
 * what it has enabled) is filled in by cpuid.c when asked.
 */
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/string.h>
#include <xen/xmalloc.h>
#include <asm/cpuid_policy.h>
#include "private.h"

#define BIT(n) (1u << (n))
#define ALL    0xffffffffu

struct policy_row {
    uint32_t leaf, subleaves;      /* subleaves: how many, 0 when the leaf takes none */
    struct cpuid_leaf pass, force; /* bits taken from the host; bits always set */
    bool is_features;              /* a toolstack may clear bits, never set them */
};

/* clang-format off */
static const struct policy_row rows[] = {
    { 0x0, 0, { ALL, ALL, ALL, ALL }, {} },
    { 0x1, 0,
      { .a = ALL, .b = 0x0000ff00,  /* CLFLUSH size */
        .c = BIT(0) | BIT(1) | BIT(9) | BIT(12) | BIT(13) | BIT(17) | BIT(19) | BIT(20) | BIT(22) | BIT(23) |
             BIT(25) | BIT(26) | BIT(28) | BIT(29) | BIT(30),
        .d = BIT(0) | BIT(1) | BIT(2) | BIT(3) | BIT(4) | BIT(5) | BIT(6) | BIT(8) | BIT(9) | BIT(11) | BIT(12) |
             BIT(13) | BIT(15) | BIT(16) | BIT(17) | BIT(19) | BIT(23) | BIT(24) | BIT(25) | BIT(26) },
      { .c = BIT(21) /* x2APIC */ | BIT(31) /* hypervisor */, .d = BIT(9) /* APIC */ },
      .is_features = true },
    { 0x2, 0, { ALL, ALL, ALL, ALL }, {} },
    { 0x3, 0, {}, {} },
    { 0x4, 4, { 0x3fff, ALL, ALL, ALL }, {} },     /* caches, shared with nobody */
    { 0x5, 0, {}, {} },
    { 0x6, 0, {}, { .a = BIT(2) /* the APIC timer never stops */ } },
    { 0x7, 1,
      { .b = BIT(0) | BIT(3) | BIT(5) | BIT(7) | BIT(8) | BIT(9) | BIT(10) | BIT(16) | BIT(17) | BIT(18) | BIT(19) |
             BIT(20) | BIT(21) | BIT(23) | BIT(24) | BIT(28) | BIT(29) | BIT(30) | BIT(31),
        .c = BIT(1) | BIT(2) | BIT(3) | BIT(6) | BIT(8) | BIT(9) | BIT(10) | BIT(11) | BIT(12) | BIT(14) | BIT(22),
        .d = BIT(2) | BIT(3) | BIT(4) },
      {}, .is_features = true },
    { 0x8, 0, {}, {} },
    { 0x9, 0, {}, {} },
    { 0xa, 0, {}, {} },
    { 0xb, 2, {}, {} },                             /* topology: per vCPU */
    { 0xc, 0, {}, {} },
    { 0xd, 64, { ALL, ALL, ALL, ALL }, {} },
    { 0x40000000, 0, {}, {} },                     /* ours: see cpuid.c */
    { 0x40000100, 0, {}, {} },
    { 0x80000000, 0, { ALL, ALL, ALL, ALL }, {} },
    { 0x80000001, 0,
      { .a = ALL, .b = ALL,
        .c = BIT(0) | BIT(4) | BIT(5) | BIT(6) | BIT(7) | BIT(8) | BIT(11) | BIT(16) | BIT(21),
        .d = BIT(0) | BIT(1) | BIT(2) | BIT(3) | BIT(4) | BIT(5) | BIT(6) | BIT(8) | BIT(9) | BIT(11) | BIT(12) |
             BIT(13) | BIT(15) | BIT(16) | BIT(17) | BIT(20) | BIT(22) | BIT(23) | BIT(24) | BIT(25) | BIT(26) |
             BIT(27) | BIT(29) | BIT(30) | BIT(31) },
      {}, .is_features = true },
    { 0x80000002, 0, { ALL, ALL, ALL, ALL }, {} },
    { 0x80000003, 0, { ALL, ALL, ALL, ALL }, {} },
    { 0x80000004, 0, { ALL, ALL, ALL, ALL }, {} },
    { 0x80000005, 0, { ALL, ALL, ALL, ALL }, {} },
    { 0x80000006, 0, { ALL, ALL, ALL, ALL }, {} },
    { 0x80000007, 0, { .d = BIT(8) /* the TSC never changes its rate */ }, {}, .is_features = true },
    { 0x80000008, 0, { .a = 0xffff, .b = BIT(0) | BIT(2) }, {}, .is_features = true },
};
/* clang-format on */

#define LEAF_BASIC_MAX    0xd
#define LEAF_EXTENDED_MAX 0x80000008
#define LEAF_XSTATE       0xd
#define ECX_XSAVE         BIT(26)

/* State components that guests may use: x87, SSE, AVX, AVX-512, protection keys. */
#define XSTATE_ALLOWED 0x2e7u
/* Of leaf 0xd, subleaf 1: XSAVEOPT, XSAVEC, XGETBV(1). XSAVES is left out: no supervisor states. */
#define XSAVE_VARIANTS (BIT(0) | BIT(1) | BIT(2))

static const struct policy_row *row_find(uint32_t leaf)
{
    for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++)
        if (rows[i].leaf == leaf)
            return &rows[i];
    return NULL;
}

static struct cpuid_leaf leaf_and(struct cpuid_leaf x, struct cpuid_leaf y)
{
    return (struct cpuid_leaf){x.a & y.a, x.b & y.b, x.c & y.c, x.d & y.d};
}

static struct cpuid_leaf leaf_or(struct cpuid_leaf x, struct cpuid_leaf y)
{
    return (struct cpuid_leaf){x.a | y.a, x.b | y.b, x.c | y.c, x.d | y.d};
}

static bool leaf_is_zero(struct cpuid_leaf x)
{
    return !(x.a | x.b | x.c | x.d);
}

static struct cpuid_leaf xstate_leaf(uint32_t subleaf)
{
    struct cpuid_leaf r = cpuid_count(LEAF_XSTATE, subleaf);

    if (!(cpuid(1).c & ECX_XSAVE))
        return (struct cpuid_leaf){};
    switch (subleaf) {
    case 0:
        r.a &= XSTATE_ALLOWED;
        r.d = 0;
        break;
    case 1:
        r = (struct cpuid_leaf){.a = r.a & XSAVE_VARIANTS};
        break;
    default:
        if (subleaf >= 32 || !(XSTATE_ALLOWED & BIT(subleaf)))
            r = (struct cpuid_leaf){};
        break;
    }
    return r;
}

static struct cpuid_leaf host_leaf(const struct policy_row *row, uint32_t subleaf)
{
    struct cpuid_leaf r;

    if (row->leaf == LEAF_XSTATE)
        return xstate_leaf(subleaf);
    r = leaf_or(leaf_and(cpuid_count(row->leaf, subleaf), row->pass), row->force);
    if (row->leaf == 0)
        r.a = min(r.a, (uint32_t)LEAF_BASIC_MAX);
    else if (row->leaf == 0x80000000)
        r.a = min(r.a, (uint32_t)LEAF_EXTENDED_MAX);
    return r;
}

static bool host_has(const struct policy_row *row)
{
    if (row->leaf >> 28 == 0x4)
        return true;
    return row->leaf <= cpuid(row->leaf & 0x80000000).a;
}

static void policy_add(struct cpuid_policy *policy, uint32_t leaf, uint32_t subleaf,
                       struct cpuid_leaf regs)
{
    ASSERT(policy->count < CPUID_POLICY_MAX);
    policy->entry[policy->count++] = (struct cpuid_policy_entry){leaf, subleaf, regs};
}

void cpuid_policy_default(struct cpuid_policy *policy)
{
    policy->count = 0;
    for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct policy_row *row = &rows[i];

        if (!host_has(row))
            continue;
        if (!row->subleaves)
            policy_add(policy, row->leaf, CPUID_NO_SUBLEAF, host_leaf(row, 0));
        for (uint32_t sub = 0; sub < row->subleaves; sub++) {
            struct cpuid_leaf regs = host_leaf(row, sub);

            if (sub < 2 || !leaf_is_zero(regs))
                policy_add(policy, row->leaf, sub, regs);
        }
    }
}

static struct cpuid_policy_entry *entry_find(struct cpuid_policy *policy, uint32_t leaf,
                                             uint32_t subleaf)
{
    for (unsigned int i = 0; i < policy->count; i++) {
        struct cpuid_policy_entry *e = &policy->entry[i];

        if (e->leaf == leaf && (e->subleaf == subleaf || e->subleaf == CPUID_NO_SUBLEAF))
            return e;
    }
    return NULL;
}

/* Leaves that we do not keep (our own at 0x40000000, empty ones) are no error: they change nothing.
 */
int cpuid_policy_update(struct domain *d, const struct cpuid_policy_entry *entries,
                        unsigned int count, unsigned int *bad)
{
    struct cpuid_policy *policy = d->arch.cpuid;

    for (unsigned int i = 0; i < count; i++) {
        const struct policy_row *row = row_find(entries[i].leaf);

        if (row && !row->subleaves && entries[i].subleaf != CPUID_NO_SUBLEAF &&
            entries[i].subleaf != 0) {
            *bad = i;
            return -EINVAL;
        }
    }
    for (unsigned int i = 0; i < count; i++) {
        const struct cpuid_policy_entry *new = &entries[i];
        const struct policy_row *row = row_find(new->leaf);
        struct cpuid_policy_entry *entry = entry_find(policy, new->leaf, new->subleaf);

        if (!row || !entry)
            continue;
        if (row->is_features)
            entry->regs = leaf_and(entry->regs, leaf_or(new->regs, row->force));
    }
    return 0;
}

int cpuid_policy_create(struct domain *d)
{
    d->arch.cpuid = xzalloc(struct cpuid_policy);
    if (!d->arch.cpuid)
        return -ENOMEM;
    cpuid_policy_default(d->arch.cpuid);
    return 0;
}

void cpuid_policy_destroy(struct domain *d)
{
    xfree(d->arch.cpuid);
    d->arch.cpuid = NULL;
}
