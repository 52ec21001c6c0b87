/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Grants: mapping, unmapping and copying with every status, what the entry shows meanwhile, and
 * that in the end no page, handle or domain is held.  Pages and their references are the real
 * heap's; the domains' maps are small tables.
 */
// Sources: common/grant/*.c common/page_alloc.c common/memory/*.c common/numa.c
#include "heap_fixture.h"
#include <xen/grant_table.h>
#include <xen/hypercall.h>
#include <xen/p2m.h>
#include <xen/xmalloc.h>
#include <common/grant/private.h>

#define DOMAINS 3
#define GFNS    512
#define RAM     32 /* gfns below it are each domain's memory */
#define AT(gfn) ((uint64_t)(gfn) << PAGE_SHIFT)

static struct domain *dom[DOMAINS];
static struct gfn_map {
    mfn_t mfn;
    p2m_type_t type;
} p2m[DOMAINS][GFNS];
static unsigned int batches; /* begun and not ended, by several CPUs at once */
static int p2m_fails;        /* what p2m_set() returns instead of doing it */
static bool preempt;

/* --- what grants ask for --- */

struct domain *domain_get(domid_t domid)
{
    struct domain *d = domain_find(domid);

    if (d)
        domain_hold(d);
    return d;
}

bool hypercall_preempt_check(void)
{
    return preempt;
}

static struct gfn_map *map_of(const struct domain *d, gfn_t gfn)
{
    return gfn_x(gfn) < GFNS ? &p2m[d->domain_id][gfn_x(gfn)] : NULL;
}

mfn_t p2m_lookup(struct domain *d, gfn_t gfn, p2m_type_t *type, unsigned int *order)
{
    const struct gfn_map *m = map_of(d, gfn);

    *type = m ? m->type : p2m_invalid;
    *order = 0;
    return *type == p2m_invalid ? INVALID_MFN : m->mfn;
}

struct page_info *p2m_get_page(struct domain *d, gfn_t gfn, p2m_type_t *type, bool is_write)
{
    unsigned int order;
    mfn_t mfn = p2m_lookup(d, gfn, type, &order);

    if (*type == p2m_invalid || *type == p2m_mmio_direct)
        return NULL;
    if (is_write && (*type == p2m_ram_ro || *type == p2m_grant_map_ro))
        return NULL;
    return page_get_any(mfn_to_page(mfn)) ? mfn_to_page(mfn) : NULL;
}

int p2m_set(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned int order, p2m_type_t type)
{
    struct gfn_map *m = map_of(d, gfn);

    if (p2m_fails || !m)
        return p2m_fails ? p2m_fails : -EINVAL;
    *m = (struct gfn_map){mfn, type};
    return 0;
}

int p2m_remove(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned int order, p2m_type_t type)
{
    struct gfn_map *m = map_of(d, gfn);

    CHECK(__atomic_load_n(&batches, __ATOMIC_SEQ_CST)); /* or the TLBs would be flushed one by one */
    if (m->type != type || !mfn_eq(m->mfn, mfn))
        return -ENOENT;
    m->type = p2m_invalid;
    return 0;
}

static struct grant_entry_v1 *entry_watched;

void p2m_batch_begin(struct domain *d)
{
    __atomic_fetch_add(&batches, 1, __ATOMIC_SEQ_CST);
}

/* The TLBs still know the pages: no grant may have ended. */
void p2m_batch_end(struct domain *d)
{
    __atomic_fetch_sub(&batches, 1, __ATOMIC_SEQ_CST);
    if (entry_watched)
        CHECK(entry_watched->flags & GTF_reading);
}

/* --- domains --- */

static struct page_info *page(unsigned int d, unsigned int gfn)
{
    return mfn_to_page(p2m[d][gfn].mfn);
}

static unsigned int references(unsigned int d, unsigned int gfn)
{
    return page(d, gfn)->count_info & PGC_count_mask;
}

static struct grant_entry_v1 *entry(unsigned int d, grant_ref_t ref)
{
    return &dom[d]->grant->frame[ref / ENTRIES_PER_FRAME][ref % ENTRIES_PER_FRAME];
}

static void make_domains(unsigned int tracks)
{
    mfn_t mfn;

    make_nodes(1, 4096);
    for (unsigned int d = 0; d < DOMAINS; d++) {
        dom[d] = host_domain_create((domid_t)d, 1024);
        CHECK_EQ(grant_table_init(dom[d], 4, tracks), 0);
        CHECK_EQ(grant_table_frame(dom[d], 0, &mfn), 0);
        for (unsigned int gfn = 0; gfn < RAM; gfn++)
            p2m[d][gfn] =
                (struct gfn_map){page_to_mfn(alloc_domheap_pages(dom[d], 0, 0)), p2m_ram_rw};
    }
}

static void grant(unsigned int d, grant_ref_t ref, domid_t to, unsigned int gfn, uint16_t flags)
{
    *entry(d, ref) = (struct grant_entry_v1){flags, to, gfn};
}

/* Domain 1 maps what 0 granted. */
static struct gnttab_map_grant_ref mapping(grant_ref_t ref, unsigned int flags, unsigned int gfn)
{
    return (struct gnttab_map_grant_ref){
        .host_addr = AT(gfn), .flags = flags, .ref = ref, .dom = 0};
}

static int map(grant_ref_t ref, unsigned int flags, unsigned int gfn, grant_handle_t *handle)
{
    struct gnttab_map_grant_ref op = mapping(ref, flags, gfn);
    int status = grant_map(dom[1], &op);

    if (status == GNTST_okay) {
        CHECK_EQ(op.dev_bus_addr, AT(gfn));
        *handle = op.handle;
    }
    return status;
}

static int unmap(grant_handle_t handle, uint64_t at)
{
    struct grant_unmapping u;
    int status;

    grant_unmap_begin(&u, dom[1]);
    status = grant_unmap(&u, handle, at);
    grant_unmap_end(&u);
    return status;
}

/* Nothing of domain 0's is held by anybody. */
static void check_all_free(void)
{
    for (unsigned int gfn = 0; gfn < RAM; gfn++)
        CHECK_EQ(references(0, gfn), 1);
    for (unsigned int d = 0; d < DOMAINS; d++)
        CHECK_EQ(host_domain_references(dom[d]), host_domain_references(dom[2]));
    CHECK_EQ(batches, 0);
}

#define RW GNTMAP_host_map
#define RO (GNTMAP_host_map | GNTMAP_readonly)

/* --- the table --- */

UNIT_TEST(
    table,
    "The table has one frame from the start, grows as far as it is asked for, and goes as it came.")
{
    unsigned long before;
    struct domain *d;
    mfn_t mfn, again;

    make_nodes(1, 1024);
    d = host_domain_create(1, 16);
    xfree(xmalloc_bytes(16, 16)); /* small objects have their first page */
    before = free_pages();
    CHECK_EQ(grant_table_init(d, 3, 5), 0);
    CHECK_EQ(grant_table_max_frames(d), 3);
    CHECK_EQ(grant_table_frame_count(d), 1);
    CHECK_EQ(grant_table_frame(d, 3, &mfn), -EINVAL);
    CHECK_EQ(grant_table_frame(d, ~0u, &mfn), -EINVAL);
    CHECK_EQ(grant_table_frame_count(d), 1);
    CHECK_EQ(grant_table_frame(d, 1, &mfn), 0);
    CHECK_EQ(grant_table_frame_count(d), 2);
    CHECK_EQ(grant_table_frame(d, 1, &again), 0);
    CHECK(mfn_eq(mfn, again));
    CHECK(page_get_owner(mfn_to_page(mfn)) == d);
    CHECK_EQ(*(uint64_t *)mfn_to_virt(mfn), 0);
    CHECK_EQ(d->mem.tot_pages, 0);
    grant_table_destroy(d);
    grant_table_destroy(d);
    heap_check();
    CHECK(before - free_pages() <= 4); /* what small objects keep for themselves */
}

UNIT_TEST(limits,
          "Negative limits ask for the default, large ones get the most there is; none is none.")
{
    struct domain *d = host_domain_create(1, 16);
    grant_handle_t handle;
    mfn_t mfn;

    make_nodes(1, 1024);
    CHECK_EQ(grant_table_init(d, ~0u, ~0u), 0);
    CHECK_EQ(d->grant->max_frames, 64);
    CHECK_EQ(d->grant->max_rows, 1024);
    grant_table_destroy(d);
    CHECK_EQ(grant_table_init(d, 1u << 30, 1u << 30), 0);
    CHECK_EQ(d->grant->max_frames, 1024);
    CHECK_EQ(d->grant->max_rows, 4096);
    grant_table_destroy(d);
    CHECK_EQ(grant_table_init(d, 0, 0), 0);
    CHECK_EQ(grant_table_frame(d, 0, &mfn), -EINVAL);
    CHECK_EQ(track_alloc(d, &handle), -ENOSPC);
    grant_table_destroy(d);
}

UNIT_TEST(handles, "Handles are all different, end with the last row, and come back when freed.")
{
    grant_handle_t handle, more;

    make_domains(2);
    for (unsigned int i = 0; i < 2 * TRACKS_PER_ROW; i++) {
        CHECK_EQ(track_alloc(dom[1], &handle), 0);
        CHECK_EQ(handle, i);
    }
    CHECK_EQ(track_alloc(dom[1], &more), -ENOSPC);
    track_free(dom[1], 77);
    track_free(dom[1], 200);
    CHECK_EQ(track_alloc(dom[1], &handle), 0);
    CHECK_EQ(handle, 200);
    CHECK_EQ(track_alloc(dom[1], &handle), 0);
    CHECK_EQ(handle, 77);
    CHECK_EQ(track_alloc(dom[1], &more), -ENOSPC);
}

/* --- mapping --- */

UNIT_TEST(map_unmap, "A mapping shows in the map, in the entry and in the page's references, until "
                     "the last one goes.")
{
    grant_handle_t reader, writer;
    unsigned int order;
    p2m_type_t type;

    make_domains(8);
    grant(0, 5, 1, 7, GTF_permit_access);
    CHECK_EQ(map(5, RO, 100, &reader), GNTST_okay);
    CHECK(mfn_eq(p2m_lookup(dom[1], _gfn(100), &type, &order), p2m[0][7].mfn));
    CHECK_EQ(type, p2m_grant_map_ro);
    CHECK_EQ(entry(0, 5)->flags, GTF_permit_access | GTF_reading);
    CHECK_EQ(map(5, RW, 101, &writer), GNTST_okay);
    p2m_lookup(dom[1], _gfn(101), &type, &order);
    CHECK_EQ(type, p2m_grant_map_rw);
    CHECK_EQ(entry(0, 5)->flags, GTF_permit_access | GTF_reading | GTF_writing);
    CHECK_EQ(references(0, 7), 2);

    entry_watched = entry(0, 5);
    CHECK_EQ(unmap(writer, AT(101)), GNTST_okay);
    CHECK_EQ(entry(0, 5)->flags, GTF_permit_access | GTF_reading);
    CHECK_EQ(unmap(reader, AT(100)), GNTST_okay);
    entry_watched = NULL;
    CHECK_EQ(entry(0, 5)->flags, GTF_permit_access);
    check_all_free();
}

/* The status of a mapping that must not be; nothing is left of it. */
static void refused(int status, struct gnttab_map_grant_ref op)
{
    struct grant_entry_v1 before[16];

    memcpy(before, entry(0, 0), sizeof(before));
    CHECK_EQ(grant_map(dom[1], &op), status);
    CHECK(!memcmp(before, entry(0, 0), sizeof(before)));
    CHECK_EQ(dom[1]->grant->free_handle % TRACKS_PER_ROW, dom[1]->grant->row_count ? 0 : 127);
    check_all_free();
}

UNIT_TEST(map_refused, "Each mapping that may not be has its status, and leaves nothing behind.")
{
    struct gnttab_map_grant_ref op;

    make_domains(8);
    grant(0, 1, 1, 7, GTF_permit_access);
    refused(GNTST_general_error, mapping(1, 0, 100));
    refused(GNTST_general_error, mapping(1, GNTMAP_device_map, 100));
    refused(GNTST_general_error, mapping(1, RW | GNTMAP_contains_pte, 100));
    refused(GNTST_general_error, mapping(1, RW | GNTMAP_application_map, 100));
    op = mapping(1, RW, 100);
    op.host_addr += 8;
    refused(GNTST_bad_virt_addr, op);
    op = mapping(1, RW, 100);
    op.dom = 200;
    refused(GNTST_bad_domain, op);
    op.dom = DOMID_INVALID;
    refused(GNTST_bad_domain, op);
    refused(GNTST_bad_gntref, mapping(ENTRIES_PER_FRAME, RW, 100));
    refused(GNTST_bad_gntref, mapping(~0u, RW, 100));
    refused(GNTST_bad_virt_addr, mapping(1, RW, 3));        /* memory lies there */
    refused(GNTST_bad_virt_addr, mapping(1, RW, GFNS + 1)); /* beyond all maps */
    refused(GNTST_bad_virt_addr, mapping(1, RO, GFNS + 1));
    p2m_fails = -ENOMEM;
    refused(GNTST_no_space, mapping(1, RW, 100));
    p2m_fails = 0;

    refused(GNTST_general_error, mapping(2, RW, 100)); /* an empty entry */
    grant(0, 3, 1, 7, GTF_accept_transfer);
    refused(GNTST_general_error, mapping(3, RW, 100));
    grant(0, 4, 2, 7, GTF_permit_access);
    refused(GNTST_general_error, mapping(4, RO, 100)); /* another's */
    grant(0, 5, 1, 7, GTF_permit_access | GTF_readonly);
    refused(GNTST_general_error, mapping(5, RW, 100));
    for (unsigned int bit = 0; bit < 4; bit++) {
        grant(0, 6, 1, 7,
              GTF_permit_access | (uint16_t[]){GTF_sub_page, GTF_PWT, GTF_PCD, GTF_PAT}[bit]);
        refused(GNTST_general_error, mapping(6, RO, 100));
    }
}

UNIT_TEST(
    map_bad_page,
    "Only a page of the granter's own memory is granted, and for writing only what it may write.")
{
    static const p2m_type_t types[] = {p2m_invalid, p2m_mmio_direct, p2m_map_foreign,
                                       p2m_grant_map_rw, p2m_grant_map_ro};
    grant_handle_t handle;

    make_domains(8);
    grant(0, 1, 1, GFNS + 5, GTF_permit_access);
    refused(GNTST_bad_page, mapping(1, RO, 100));
    grant(0, 1, 1, 7, GTF_permit_access);
    for (unsigned int i = 0; i < ARRAY_SIZE(types); i++) {
        p2m[0][7].type = types[i];
        refused(GNTST_bad_page, mapping(1, RO, 100));
        refused(GNTST_bad_page, mapping(1, RW, 100));
    }
    p2m[0][7].type = p2m_ram_ro;
    refused(GNTST_bad_page, mapping(1, RW, 100));
    CHECK_EQ(map(1, RO, 100, &handle), GNTST_okay);
    CHECK_EQ(unmap(handle, AT(100)), GNTST_okay);
    check_all_free();
}

UNIT_TEST(map_read_only_page, "Reading a page that may only be read does not open it for writing.")
{
    grant_handle_t reader, writer;

    make_domains(8);
    p2m[0][7].type = p2m_ram_ro;
    grant(0, 1, 1, 7, GTF_permit_access);
    CHECK_EQ(map(1, RO, 100, &reader), GNTST_okay);
    CHECK_EQ(map(1, RW, 101, &writer), GNTST_bad_page);
    CHECK_EQ(entry(0, 1)->flags, GTF_permit_access | GTF_reading);
    CHECK_EQ(unmap(reader, AT(100)), GNTST_okay);
    check_all_free();
}

UNIT_TEST(map_counts,
          "When no more users can be counted, or no more mappings tracked, mapping fails cleanly.")
{
    struct grant_active *active;
    grant_handle_t handle;

    make_domains(1);
    grant(0, 1, 1, 7, GTF_permit_access);
    CHECK_EQ(map(1, RO, 100, &handle), GNTST_okay);
    active = &dom[0]->grant->active[0][1];
    active->readers = UINT16_MAX;
    CHECK_EQ(map(1, RO, 101, &handle), GNTST_no_space);
    active->readers = 1;
    active->writers = UINT16_MAX;
    CHECK_EQ(map(1, RW, 101, &handle), GNTST_no_space);
    active->writers = 0;
    for (unsigned int i = 1; i < TRACKS_PER_ROW; i++)
        CHECK_EQ(map(1, RO, 101 + i, &handle), GNTST_okay);
    CHECK_EQ(map(1, RO, 300, &handle), GNTST_no_device_space);
    CHECK_EQ(grant_table_relinquish_mappings(dom[1]), 0);
    CHECK_EQ(entry(0, 1)->flags, GTF_permit_access);
    check_all_free();
}

UNIT_TEST(second_user, "A grant in use is not another's, whatever its entry says by now.")
{
    struct gnttab_map_grant_ref op = mapping(1, RO, 100);
    grant_handle_t handle;

    make_domains(8);
    grant(0, 1, 1, 7, GTF_permit_access);
    CHECK_EQ(map(1, RO, 100, &handle), GNTST_okay);
    entry(0, 1)->domid = 2;
    CHECK_EQ(grant_map(dom[2], &op), GNTST_general_error);
    CHECK_EQ(unmap(handle, AT(100)), GNTST_okay);
    CHECK_EQ(grant_map(dom[2], &op), GNTST_okay);
    CHECK_EQ(grant_table_relinquish_mappings(dom[2]), 0);
    check_all_free();
}

UNIT_TEST(entry_rewritten, "An entry rewritten while in use goes on meaning the same page; what it "
                           "says counts afterwards.")
{
    grant_handle_t first, second;

    make_domains(8);
    grant(0, 1, 1, 7, GTF_permit_access);
    CHECK_EQ(map(1, RW, 100, &first), GNTST_okay);
    entry(0, 1)->frame = 9;
    CHECK_EQ(map(1, RW, 101, &second), GNTST_okay);
    CHECK(mfn_eq(p2m[1][101].mfn, p2m[0][7].mfn));
    CHECK_EQ(references(0, 9), 1);
    *entry(0, 1) = (struct grant_entry_v1){0}; /* revoked in haste */
    CHECK_EQ(unmap(first, AT(100)), GNTST_okay);
    CHECK_EQ(references(0, 7), 2);
    CHECK_EQ(unmap(second, AT(101)), GNTST_okay);
    CHECK_EQ(entry(0, 1)->flags, 0);
    grant(0, 1, 1, 9, GTF_permit_access);
    CHECK_EQ(map(1, RW, 100, &first), GNTST_okay);
    CHECK(mfn_eq(p2m[1][100].mfn, p2m[0][9].mfn));
    CHECK_EQ(unmap(first, AT(100)), GNTST_okay);
    check_all_free();
}

/* --- unmapping --- */

UNIT_TEST(
    unmap_refused,
    "Handles that are not, no longer, or not there: bad handle; the wrong place: bad address.")
{
    grant_handle_t handle;

    make_domains(8);
    grant(0, 1, 1, 7, GTF_permit_access);
    CHECK_EQ(unmap(0, AT(100)), GNTST_bad_handle);
    CHECK_EQ(map(1, RW, 100, &handle), GNTST_okay);
    CHECK_EQ(unmap(handle + 1, AT(100)), GNTST_bad_handle);
    CHECK_EQ(unmap(TRACKS_PER_ROW, AT(100)), GNTST_bad_handle);
    CHECK_EQ(unmap(~0u, AT(100)), GNTST_bad_handle);
    CHECK_EQ(unmap(handle, AT(101)), GNTST_bad_virt_addr);
    CHECK_EQ(unmap(handle, AT(100)), GNTST_okay);
    CHECK_EQ(unmap(handle, AT(100)), GNTST_bad_handle);
    check_all_free();
}

UNIT_TEST(
    replaced,
    "A guest that puts something else where it had mapped a grant keeps that, and can still unmap.")
{
    grant_handle_t handle;

    make_domains(8);
    grant(0, 1, 1, 7, GTF_permit_access);
    CHECK_EQ(map(1, RW, 100, &handle), GNTST_okay);
    p2m[1][100] = p2m[1][3];
    CHECK_EQ(unmap(handle, AT(100)), GNTST_okay);
    CHECK_EQ(p2m[1][100].type, p2m_ram_rw);
    check_all_free();
}

UNIT_TEST(relinquish,
          "A dying domain's mappings end in pieces, each going on where the last one ended.")
{
    unsigned int calls = 1;
    grant_handle_t handle;

    make_domains(8);
    for (unsigned int i = 0; i < 300; i++) {
        grant(0, i, 1, i % RAM, GTF_permit_access);
        CHECK_EQ(map(i, i % 3 ? RW : RO, 100 + i, &handle), GNTST_okay);
    }
    preempt = true;
    while (grant_table_relinquish_mappings(dom[1]) == -ERESTART)
        calls++;
    CHECK_EQ(calls, DIV_ROUND_UP(300, GRANT_UNMAPPING_MAX) + 1);
    for (unsigned int i = 0; i < 300; i++) {
        CHECK_EQ(entry(0, i)->flags, GTF_permit_access);
        CHECK_EQ(p2m[1][100 + i].type, p2m_invalid);
    }
    check_all_free();
}

/* --- copying --- */

static char *bytes(unsigned int d, unsigned int gfn)
{
    return page_to_virt(page(d, gfn));
}

/* Domain 1 copies from domain 0's grant 1 to its own frame 4. */
static struct gnttab_copy copying(uint16_t from, uint16_t to, uint16_t len)
{
    return (struct gnttab_copy){
        .source = {.u.ref = 1, .domid = 0, .offset = from},
        .dest = {.u.gmfn = 4, .domid = DOMID_SELF, .offset = to},
        .len = len,
        .flags = GNTCOPY_source_gref,
    };
}

UNIT_TEST(copy_edges,
          "A copy goes to the last byte of a page and not beyond, and touches nothing else.")
{
    static const struct {
        uint16_t from, to, len;
        int status;
    } row[] = {
        {0, 0, 4096, GNTST_okay},          {4095, 0, 1, GNTST_okay},
        {0, 4095, 1, GNTST_okay},          {4096, 4096, 0, GNTST_okay},
        {100, 200, 0, GNTST_okay},         {100, 3896, 200, GNTST_okay},
        {1, 0, 4096, GNTST_bad_copy_arg},  {0, 1, 4096, GNTST_bad_copy_arg},
        {4096, 0, 1, GNTST_bad_copy_arg},  {0, 4096, 1, GNTST_bad_copy_arg},
        {0, 0, 4097, GNTST_bad_copy_arg},  {4097, 0, 0, GNTST_bad_copy_arg},
        {0, 65535, 2, GNTST_bad_copy_arg}, {65535, 0, 65535, GNTST_bad_copy_arg},
    };

    make_domains(8);
    grant(0, 1, 1, 7, GTF_permit_access | GTF_readonly);
    for (unsigned int i = 0; i < ARRAY_SIZE(row); i++) {
        struct gnttab_copy op = copying(row[i].from, row[i].to, row[i].len);
        char before = (char)(i + 1);

        for (unsigned int b = 0; b < PAGE_SIZE; b++)
            bytes(0, 7)[b] = (char)(b * 7 | 0x80);
        memset(bytes(1, 4), before, PAGE_SIZE);
        CHECK_EQ(grant_copy(dom[1], &op), row[i].status);
        for (unsigned int b = 0; b < PAGE_SIZE; b++) {
            bool inside = !row[i].status && b >= row[i].to && b < row[i].to + row[i].len;

            CHECK_EQ(bytes(1, 4)[b], inside ? bytes(0, 7)[b - row[i].to + row[i].from] : before);
        }
        CHECK_EQ(entry(0, 1)->flags, GTF_permit_access | GTF_readonly);
        check_all_free();
    }
}

UNIT_TEST(
    copy_refused,
    "Each copy that may not be has its status, whichever side it is, and the other side is let go.")
{
    struct gnttab_copy op;

    make_domains(8);
    grant(0, 1, 1, 7, GTF_permit_access | GTF_readonly);
    grant(0, 2, 1, 8, GTF_permit_access);
    op = copying(0, 0, 8);
    op.source.domid = 99;
    CHECK_EQ(grant_copy(dom[1], &op), GNTST_bad_domain);
    op = copying(0, 0, 8);
    op.source.u.ref = 5000;
    CHECK_EQ(grant_copy(dom[1], &op), GNTST_bad_gntref);
    op = copying(0, 0, 8);
    op.dest.u.gmfn = 400;
    CHECK_EQ(grant_copy(dom[1], &op), GNTST_bad_page);
    op = copying(0, 0, 8);
    op.dest.domid = 0; /* by frame: only one's own */
    CHECK_EQ(grant_copy(dom[1], &op), GNTST_permission_denied);
    op = copying(0, 0, 8);
    op.flags = 0;
    CHECK_EQ(grant_copy(dom[1], &op), GNTST_permission_denied);
    op = copying(0, 0, 8);
    op.dest = op.source; /* read-only */
    op.flags |= GNTCOPY_dest_gref;
    CHECK_EQ(grant_copy(dom[1], &op), GNTST_general_error);
    p2m[1][4].type = p2m_ram_ro;
    op = copying(0, 0, 8);
    CHECK_EQ(grant_copy(dom[1], &op), GNTST_bad_page);
    CHECK_EQ(entry(0, 1)->flags, GTF_permit_access | GTF_readonly);
    check_all_free();
}

UNIT_TEST(copy_overlapping, "A copy within one page, granted to oneself or not, comes out right.")
{
    struct gnttab_copy op = {.source = {.u.ref = 1, .domid = DOMID_SELF, .offset = 0},
                             .dest = {.u.ref = 1, .domid = DOMID_SELF, .offset = 1},
                             .len = 8,
                             .flags = GNTCOPY_source_gref | GNTCOPY_dest_gref};

    make_domains(8);
    grant(0, 1, 0, 7, GTF_permit_access);
    memcpy(bytes(0, 7), "abcdefghij", 10);
    CHECK_EQ(grant_copy(dom[0], &op), GNTST_okay);
    CHECK(!memcmp(bytes(0, 7), "aabcdefghj", 10));
    op.flags = 0;
    op.source.u.gmfn = op.dest.u.gmfn = 7;
    CHECK_EQ(grant_copy(dom[0], &op), GNTST_okay);
    CHECK(!memcmp(bytes(0, 7), "aaabcdefgj", 10));
    CHECK_EQ(entry(0, 1)->flags, GTF_permit_access);
    check_all_free();
}

/* --- random histories --- */

#define REFS  12
#define SLOTS 60

/* Domain 1's mappings, and what they should be. */
static struct {
    bool is_mapped, is_readonly;
    grant_ref_t ref;
    grant_handle_t handle;
} slot[SLOTS];
static unsigned int used_gfn[REFS]; /* the page that a grant in use means */

static unsigned int users(grant_ref_t ref, bool readers)
{
    unsigned int count = 0;

    for (unsigned int i = 0; i < SLOTS; i++)
        count += slot[i].is_mapped && slot[i].ref == ref && slot[i].is_readonly == readers;
    return count;
}

static void try_map(unsigned int i)
{
    grant_ref_t ref = unit_random_below(REFS);
    bool is_readonly = unit_random_below(2);
    const struct grant_entry_v1 *e = entry(0, ref);
    bool in_use = users(ref, true) + users(ref, false);
    bool may = (e->flags & GTF_type_mask) == GTF_permit_access && e->domid == 1 &&
               (is_readonly || !(e->flags & GTF_readonly));
    uint32_t frame = e->frame;
    int status = map(ref, is_readonly ? RO : RW, 100 + i, &slot[i].handle);

    if (slot[i].is_mapped && may)
        CHECK(status == GNTST_bad_virt_addr || (status == GNTST_bad_page && !in_use));
    else if (!may)
        CHECK_EQ(status, GNTST_general_error);
    else if (!in_use && frame >= RAM)
        CHECK_EQ(status, GNTST_bad_page);
    else
        CHECK_EQ(status, GNTST_okay);
    if (status)
        return;
    used_gfn[ref] = in_use ? used_gfn[ref] : frame;
    slot[i].is_mapped = true;
    slot[i].is_readonly = is_readonly;
    slot[i].ref = ref;
}

static void try_unmap(unsigned int i)
{
    CHECK_EQ(unmap(slot[i].handle, AT(100 + i)), slot[i].is_mapped ? GNTST_okay : GNTST_bad_handle);
    slot[i].is_mapped = false;
}

/* As the guest pleases, but for the bits that are ours. */
static void rewrite(grant_ref_t ref)
{
    struct grant_entry_v1 *e = entry(0, ref);
    uint16_t ours = e->flags & (GTF_reading | GTF_writing);

    grant(0, ref, unit_random_below(8) ? 1 : 2, unit_random_below(RAM + 2),
          ours | (unit_random_below(6) ? GTF_permit_access : GTF_invalid) |
              (unit_random_below(4) ? 0 : GTF_readonly));
}

static void compare(void)
{
    unsigned int expected[RAM] = {0};

    for (grant_ref_t ref = 0; ref < REFS; ref++) {
        unsigned int readers = users(ref, true), writers = users(ref, false);
        uint16_t marks = (readers || writers ? GTF_reading : 0) | (writers ? GTF_writing : 0);

        CHECK_EQ(entry(0, ref)->flags & (GTF_reading | GTF_writing), marks);
        if (readers || writers)
            expected[used_gfn[ref]]++;
    }
    for (unsigned int gfn = 0; gfn < RAM; gfn++)
        CHECK_EQ(references(0, gfn), 1 + expected[gfn]);
}

UNIT_TEST(model, "Whatever is granted, rewritten, mapped and unmapped: marks and references are "
                 "those of a model.")
{
    make_domains(8);
    for (unsigned int i = 0; i < SLOTS; i++)
        slot[i].handle = ~0u;
    for (unsigned int step = 0; step < 5000 * unit_rounds(4); step++) {
        unsigned int i = unit_random_below(SLOTS);

        if (unit_random_below(5) == 0)
            rewrite(unit_random_below(REFS));
        else if (unit_random_below(2))
            try_map(i);
        else if (slot[i].is_mapped)
            try_unmap(i);
        compare();
    }
    CHECK_EQ(grant_table_relinquish_mappings(dom[1]), 0);
    memset(slot, 0, sizeof(slot));
    compare();
    check_all_free();
}

/* --- several CPUs at once --- */

static void map_or_rewrite(unsigned int cpu)
{
    static bool done;

    for (unsigned int i = 0;
         cpu == 0 ? !__atomic_load_n(&done, __ATOMIC_SEQ_CST) : i < 5000 * unit_rounds(4); i++) {
        grant_handle_t handle;
        int status;

        if (cpu == 0) {
            __atomic_store_n(&entry(0, 1)->flags, i % 3 ? GTF_permit_access : GTF_invalid,
                             __ATOMIC_RELAXED);
            __atomic_store_n(&entry(0, 1)->frame, 7 + i % 4, __ATOMIC_RELAXED);
            continue;
        }
        status = map(1, cpu == 1 ? RW : RO, 100 + cpu, &handle);
        CHECK(status == GNTST_okay || status == GNTST_general_error || status == GNTST_eagain);
        if (!status)
            CHECK_EQ(unmap(handle, AT(100 + cpu)), GNTST_okay);
    }
    __atomic_store_n(&done, true, __ATOMIC_SEQ_CST);
}

UNIT_TEST(rewritten_meanwhile,
          "An entry that its guest changes all the time is mapped or refused, never waited for.")
{
    make_domains(8);
    grant(0, 1, 1, 7, GTF_permit_access);
    host_run_cpus(3, map_or_rewrite);
    check_all_free();
}
