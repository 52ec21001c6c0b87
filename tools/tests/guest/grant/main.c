/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Grant tables, with this domain on both sides: mapping, unmapping, copying, what the entry shows meanwhile, and the
 * status of everything that must not work.
 *
 * machine: smp=1
 */
#include <public/errno.h>
#include <public/grant_table.h>
#include <public/memory.h>
#include "guest.h"

/* Where nothing is: above the domain's 128 MiB, below the devices. */
#define EMPTY_GPA 0x60000000UL

static struct grant_entry_v1 *table;

static void map_table(void)
{
    struct xen_add_to_physmap arg = {.domid = DOMID_SELF, .space = XENMAPSPACE_grant_table};

    table = page_take(1);
    arg.gpfn = (unsigned long)table >> 12;
    if (memory_op(XENMEM_add_to_physmap, &arg))
        test_error("the table cannot be mapped");
}

static void grant(grant_ref_t ref, const void *page, uint16_t flags)
{
    table[ref].frame = (unsigned long)page >> 12;
    table[ref].domid = 0;
    __atomic_store_n(&table[ref].flags, flags, __ATOMIC_SEQ_CST);
}

static struct gnttab_map_grant_ref map(grant_ref_t ref, unsigned int flags, uint64_t at)
{
    struct gnttab_map_grant_ref op = {.host_addr = at, .flags = flags, .ref = ref, .dom = DOMID_SELF};

    if (grant_table_op(GNTTABOP_map_grant_ref, &op, 1))
        test_error("the call for mapping fails");
    return op;
}

static int unmap(grant_handle_t handle, uint64_t at)
{
    struct gnttab_unmap_grant_ref op = {.host_addr = at, .handle = handle};

    if (grant_table_op(GNTTABOP_unmap_grant_ref, &op, 1))
        test_error("the call for unmapping fails");
    return op.status;
}

static void test_map(void)
{
    uint32_t *page = page_take(1), *window = (uint32_t *)EMPTY_GPA;
    struct gnttab_map_grant_ref op, second;

    page[5] = 0x1234;
    grant(8, page, GTF_permit_access);
    op = map(8, GNTMAP_host_map, EMPTY_GPA);
    check_equal(op.status, GNTST_okay, "a grant can be mapped");
    check_equal(window[5], 0x1234, "the page is there");
    window[6] = 0x5678;
    check_equal(page[6], 0x5678, "and can be written to");
    check(table[8].flags == (GTF_permit_access | GTF_reading | GTF_writing), "the entry says so");

    second = map(8, GNTMAP_host_map | GNTMAP_readonly, EMPTY_GPA + 4096);
    check_equal(second.status, GNTST_okay, "it can be mapped twice");
    check(second.handle != op.handle, "by another handle");
    check_equal(unmap(op.handle, EMPTY_GPA + 4096), GNTST_bad_virt_addr, "a handle goes with its address");
    check_equal(unmap(op.handle, EMPTY_GPA), GNTST_okay, "it can be unmapped");
    check(table[8].flags == (GTF_permit_access | GTF_reading), "reading goes on");
    check_equal(unmap(op.handle, EMPTY_GPA), GNTST_bad_handle, "once");
    check_equal(unmap(second.handle, EMPTY_GPA + 4096), GNTST_okay, "the second one, too");
    check(table[8].flags == GTF_permit_access, "then the grant can be revoked");
}

static void test_map_errors(void)
{
    uint32_t *page = page_take(1);

    grant(9, page, GTF_permit_access | GTF_readonly);
    check_equal(map(9, GNTMAP_host_map, EMPTY_GPA).status, GNTST_general_error, "read-only is not writable");
    check(table[9].flags == (GTF_permit_access | GTF_readonly), "and nothing is left behind");
    check_equal(map(10, GNTMAP_host_map, EMPTY_GPA).status, GNTST_general_error, "an invalid entry");
    check_equal(map(512, GNTMAP_host_map, EMPTY_GPA).status, GNTST_bad_gntref, "beyond the table");
    check_equal(map(~0u, GNTMAP_host_map, EMPTY_GPA).status, GNTST_bad_gntref, "far beyond");
    grant(10, page, GTF_permit_access);
    table[10].domid = 7;
    check_equal(map(10, GNTMAP_host_map, EMPTY_GPA).status, GNTST_general_error, "granted to another domain");
    table[10].domid = 0;
    table[10].frame = 0x7fffffff;
    check_equal(map(10, GNTMAP_host_map, EMPTY_GPA).status, GNTST_bad_page, "a frame that is not there");
    check(table[10].flags == GTF_permit_access, "and nothing is left behind");
    grant(10, page, GTF_accept_transfer);
    check_equal(map(10, GNTMAP_host_map, EMPTY_GPA).status, GNTST_general_error, "another kind of entry");
    grant(10, page, GTF_permit_access);
    check_equal(map(10, 0, EMPTY_GPA).status, GNTST_general_error, "mapped for nobody");
    check_equal(map(10, GNTMAP_host_map | GNTMAP_contains_pte, EMPTY_GPA).status, GNTST_general_error,
                "by way of a page table");
    check_equal(map(10, GNTMAP_host_map, EMPTY_GPA + 8).status, GNTST_bad_virt_addr, "in the middle of a page");
    check_equal(map(10, GNTMAP_host_map, (uint64_t)page).status, GNTST_bad_virt_addr, "where there is memory");
    check_equal(unmap(12345678, EMPTY_GPA), GNTST_bad_handle, "a handle that was never given");
}

static void test_bad_domain(void)
{
    struct gnttab_map_grant_ref op = {.host_addr = EMPTY_GPA, .flags = GNTMAP_host_map, .ref = 9, .dom = 4711};
    struct gnttab_query_size size = {.dom = 4711};

    grant_table_op(GNTTABOP_map_grant_ref, &op, 1);
    check_equal(op.status, GNTST_bad_domain, "a domain that is not there grants nothing");
    check_equal(grant_table_op(GNTTABOP_query_size, &size, 1), 0, "its size can be asked for");
    check_equal(size.status, GNTST_bad_domain, "in vain");
}

static int copy(struct gnttab_copy *op)
{
    op->status = 1;
    if (grant_table_op(GNTTABOP_copy, op, 1))
        test_error("the call for copying fails");
    return op->status;
}

static void test_copy(void)
{
    char *a = page_take(1), *b = page_take(1);
    struct gnttab_copy op = {.len = 5, .flags = GNTCOPY_source_gref};

    strlcpy(a + 100, "word", 8);
    grant(11, a, GTF_permit_access | GTF_readonly);
    op.source.u.ref = 11;
    op.source.domid = DOMID_SELF;
    op.source.offset = 100;
    op.dest.u.gmfn = (unsigned long)b >> 12;
    op.dest.domid = DOMID_SELF;
    op.dest.offset = 4091;
    check_equal(copy(&op), GNTST_okay, "from a grant to a frame");
    check(!memcmp(b + 4091, "word", 5), "what was there is here");
    check(table[11].flags == (GTF_permit_access | GTF_readonly), "the entry is as before");
    op.dest.offset = 4092;
    check_equal(copy(&op), GNTST_bad_copy_arg, "not across the end of a page");
    op.dest.offset = 0;
    op.dest.domid = 5;
    check_equal(copy(&op), GNTST_permission_denied, "a frame must be one's own");
    op.dest.domid = DOMID_SELF;
    op.dest.u.gmfn = 0x7fffffff;
    check_equal(copy(&op), GNTST_bad_page, "and there");
    op.flags = GNTCOPY_source_gref | GNTCOPY_dest_gref;
    op.dest.u.ref = 11;
    check_equal(copy(&op), GNTST_general_error, "a read-only grant is no destination");
    op.flags = GNTCOPY_source_gref;
    op.source.u.ref = 5000;
    check_equal(copy(&op), GNTST_bad_gntref, "nor is everything a source");
}

static void test_size(void)
{
    struct gnttab_query_size size = {.dom = DOMID_SELF};
    struct gnttab_set_version version = {.version = 1};
    struct gnttab_get_version get = {.dom = DOMID_SELF};

    check_equal(grant_table_op(GNTTABOP_query_size, &size, 1), 0, "the size can be asked for");
    check(size.status == GNTST_okay && size.nr_frames == 1 && size.max_nr_frames >= 32, "it is one frame of many");
    check_equal(grant_table_op(GNTTABOP_query_size, &size, 2), -XEN_EINVAL, "one at a time");
    check_equal(grant_table_op(GNTTABOP_set_version, &version, 1), 0, "version 1 it is");
    version.version = 2;
    check_equal(grant_table_op(GNTTABOP_set_version, &version, 1), -XEN_ENOSYS, "and no other");
    check_equal(version.version, 1, "as one is told");
    check(!grant_table_op(GNTTABOP_get_version, &get, 1) && get.version == 1, "also when asking");
    check_equal(grant_table_op(77, &get, 1), -XEN_ENOSYS, "an operation that is not there");
    check_equal(grant_table_op(GNTTABOP_query_size, 0x800000000000UL, 1), -XEN_EFAULT, "an address that cannot be");
    check_equal(grant_table_op(GNTTABOP_copy, &size, 0x80000000UL), -XEN_EINVAL, "too many");
    check_equal(grant_table_op(GNTTABOP_map_grant_ref, 0, 0), 0, "none is no error");
}

/* Many at once: more than a batch, and the same number of handles must do for it again and again. */
static void test_many(void)
{
    enum { MANY = 100 };
    static struct gnttab_map_grant_ref map_op[MANY];
    static struct gnttab_unmap_grant_ref unmap_op[MANY];
    uint32_t *page = page_take(1);
    grant_handle_t highest = 0;

    grant(12, page, GTF_permit_access);
    for (unsigned int round = 0; round < 5; round++) {
        unsigned int good = 0;

        for (unsigned int i = 0; i < MANY; i++)
            map_op[i] = (struct gnttab_map_grant_ref){
                .host_addr = EMPTY_GPA + i * 4096UL, .flags = GNTMAP_host_map, .ref = 12, .dom = DOMID_SELF};
        grant_table_op(GNTTABOP_map_grant_ref, map_op, MANY);
        for (unsigned int i = 0; i < MANY; i++) {
            good += map_op[i].status == GNTST_okay;
            highest = max(highest, map_op[i].handle);
            unmap_op[i] = (struct gnttab_unmap_grant_ref){
                .host_addr = map_op[i].host_addr, .handle = map_op[i].handle};
        }
        grant_table_op(GNTTABOP_unmap_grant_ref, unmap_op, MANY);
        for (unsigned int i = 0; i < MANY; i++)
            good += unmap_op[i].status == GNTST_okay;
        check_equal(good, 2 * MANY, "round %u: all mapped and unmapped", round);
    }
    check(highest < 256, "handles are used again");
    check(table[12].flags == GTF_permit_access, "and the entry is free");
}

void test_main(void)
{
    map_table();
    test_size();
    test_map();
    test_map_errors();
    test_bad_domain();
    test_copy();
    test_many();
}
