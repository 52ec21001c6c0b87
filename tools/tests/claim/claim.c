/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test-claim: the claim calls as a toolstack of one's own would use them, in dom0.
 *
 *     test-claim host|node|others
 *     test-claim free               prints the host's free memory, in pages: xl rounds to MiB
 *     test-claim unclaimed          prints what of it nobody has claimed
 *     test-claim rest               a new domain claims all of that; prints its number and stays
 *     test-claim tables             prints the pages of dom0's nested page tables and its reserve
 *     test-claim pages DOMID        prints "node N PAGES CLAIMED" for each node
 *
 * The two functions on top are the example of the guide; the rest runs it on an empty domain and
 * looks at the counters after each step.  As long as `rest` runs, dom0 has no nested page table
 * with room for what others map next.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xenctrl.h>
#include <xenforeignmemory.h>

#define PAGES 16384 /* 64 MiB */

static int claim_guest_memory(xc_interface *xch, uint32_t domid, uint64_t pages)
{
    memory_claim_t claim[] = {
        XEN_NODE_CLAIM_INIT(pages, 0), /* on node 0, the padding zeroed */
    };

    return xc_domain_claim_memory(xch, domid, 1, claim);
}

static int release_claim(xc_interface *xch, uint32_t domid)
{
    memory_claim_t claim[] = {
        (memory_claim_t){.pages = 0, .node = XEN_DOMCTL_CLAIM_MEMORY_NO_NODE},
    };

    return xc_domain_claim_memory(xch, domid, 1, claim);
}

static int failures;

static void expect(bool ok, const char *what)
{
    if (!ok) {
        printf("not ok %s (errno: %s)\n", what, strerror(errno));
        failures++;
    }
}

static void expect_error(int rc, int want, const char *what)
{
    if (rc != -1 || errno != want) {
        printf("not ok %s: %d, %s instead of %s\n", what, rc, rc < 0 ? strerror(errno) : "success",
               strerror(want));
        failures++;
    }
}

static uint64_t outstanding(xc_interface *xch, uint32_t domid)
{
    xc_domaininfo_t info;

    return xc_domain_getinfo_single(xch, domid, &info) == 0 ? info.outstanding_pages : UINT64_MAX;
}

/* Populates `nr` single pages from gfn 0 upwards. */
static int populate(xc_interface *xch, uint32_t domid, unsigned int nr)
{
    xen_pfn_t list[256];

    for (unsigned int i = 0; i < nr; i++) {
        list[i] = i;
    }
    return xc_domain_populate_physmap_exact(xch, domid, nr, 0, 0, list);
}

static void host_story(xc_interface *xch, uint32_t domid)
{
    long before = xc_domain_get_outstanding_pages(xch);

    expect_error(xc_domain_claim_pages(xch, domid, 4 * PAGES), EINVAL, "claim above max_pages");
    expect(xc_domain_claim_pages(xch, domid, 0) == 0, "releasing nothing");
    expect(xc_domain_claim_pages(xch, domid, PAGES) == 0, "claim");
    expect(xc_domain_get_outstanding_pages(xch) == before + PAGES, "host counts the claim");
    expect_error(xc_domain_claim_pages(xch, domid, PAGES), EINVAL, "a second claim");
    expect(populate(xch, domid, 256) == 0, "populate");
    expect(outstanding(xch, domid) == PAGES - 256, "population redeems");
    expect(xc_domain_claim_pages(xch, domid, 0) == 0, "release");
    expect(xc_domain_get_outstanding_pages(xch) == before, "released");
    expect_error(xc_domain_claim_pages(xch, domid, 100), EINVAL, "no more than it has");
    expect(xc_domain_claim_pages(xch, domid, 300) == 0, "claim by the total");
    expect(outstanding(xch, domid) == 300 - 256, "absolute, not incremental");
    expect(xc_domain_claim_pages(xch, domid, 0) == 0, "release again");
}

static void node_errors(xc_interface *xch, uint32_t domid)
{
    memory_claim_t twice[] = {XEN_NODE_CLAIM_INIT(10, 0), XEN_NODE_CLAIM_INIT(10, 0)};
    memory_claim_t nowhere[] = {XEN_NODE_CLAIM_INIT(10, 200)};
    memory_claim_t nothing[] = {XEN_NODE_CLAIM_INIT(0, 0)};
    memory_claim_t padded[] = {{.pages = 10, .node = 0, .pad = 1}};

    expect_error(xc_domain_claim_memory(xch, domid, 0, twice), EINVAL, "no entry");
    expect_error(xc_domain_claim_memory(xch, domid, 1, nowhere), ENOENT, "no such node");
    expect_error(xc_domain_claim_memory(xch, domid, 1, nothing), EINVAL, "no pages on a node");
    expect_error(xc_domain_claim_memory(xch, domid, 1, padded), EINVAL, "padding");
    expect_error(xc_domain_claim_memory(xch, domid, 2, twice), EINVAL, "a node twice");
    expect_error(xc_domain_claim_memory(xch, 0x7000, 1, nothing), ESRCH, "no such domain");
    expect(outstanding(xch, domid) == 0, "failures leave no claim");
}

static void node_story(xc_interface *xch, uint32_t domid)
{
    xc_domain_node_pages_t mine[64];
    xc_node_claims_t nodes[64];
    xc_host_claims_t host;
    unsigned int nr = 64;
    uint64_t host_claimed, before;

    node_errors(xch, domid);
    expect(xc_get_node_claims(xch, &nr, nodes, &host) == 0 && nr >= 1, "read-out of the nodes");
    before = nodes[0].claimed;
    expect(claim_guest_memory(xch, domid, PAGES) == 0, "claim on node 0");
    nr = 64;
    expect(xc_get_node_claims(xch, &nr, nodes, &host) == 0 && nodes[0].claimed == before + PAGES,
           "node 0 counts the claim");
    expect(host.claimed <= host.free, "the host keeps its promises");
    nr = 64;
    expect(xc_domain_get_node_pages(xch, domid, &nr, mine, &host_claimed) == 0 &&
               mine[0].claimed == PAGES && host_claimed == 0,
           "the domain's read-out");
    expect(release_claim(xch, domid) == 0, "release");
    expect(release_claim(xch, domid) == 0, "release twice");
    expect(outstanding(xch, domid) == 0, "released");
}

static int create(xc_interface *xch, uint32_t *domid)
{
    struct xen_domctl_createdomain config = {
        .flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
        .max_vcpus = 1,
        .max_evtchn_port = 1023,
        .max_grant_frames = 4,
        .max_maptrack_frames = 4,
        .grant_opts = XEN_DOMCTL_GRANT_version(1),
        .arch.emulation_flags = XEN_X86_EMU_LAPIC,
    };

    *domid = 0;
    if (xc_domain_create(xch, domid, &config) < 0 ||
        xc_domain_setmaxmem(xch, *domid, 2 * PAGES * 4) < 0 ||
        xc_set_paging_mempool_size(xch, *domid, 4 << 20) < 0) {
        perror("test-claim: cannot prepare a domain");
        return -1;
    }
    return 0;
}

/* Populates 16 pages from gfn upwards; how many it got. */
static int some_pages(xc_interface *xch, uint32_t domid, xen_pfn_t gfn, unsigned int flags)
{
    xen_pfn_t list[16];

    for (unsigned int i = 0; i < 16; i++) {
        list[i] = gfn + i;
    }
    return xc_domain_populate_physmap(xch, domid, 16, 0, flags, list);
}

/* One domain claims all that node 1 has left; another asks for memory there, and anywhere. */
static void others_story(xc_interface *xch, uint32_t claimant)
{
    xc_node_claims_t nodes[64];
    xc_domain_node_pages_t mine[64];
    unsigned int nr = 64, other_nr = 64;
    uint32_t other;

    if (create(xch, &other) < 0 || xc_get_node_claims(xch, &nr, nodes, NULL) < 0 || nr < 2) {
        expect(false, "two domains and two nodes");
        return;
    }
    memory_claim_t all[] = {XEN_NODE_CLAIM_INIT(nodes[1].free - nodes[1].claimed, 1)};

    expect(xc_domain_setmaxmem(xch, claimant, nodes[1].free * 4) == 0, "a large maximum");
    expect(xc_domain_claim_memory(xch, claimant, 1, all) == 0, "all of node 1 claimed");
    expect(some_pages(xch, other, 0, XENMEMF_exact_node(1)) == 0, "exactly there: refused");
    expect(some_pages(xch, other, 0, 0) == 16, "anywhere: served");
    expect(xc_domain_get_node_pages(xch, other, &other_nr, mine, NULL) == 0 && mine[1].pages == 0,
           "elsewhere");
    expect(some_pages(xch, claimant, 0, XENMEMF_exact_node(1)) == 16, "the claimant has it");
    expect(release_claim(xch, claimant) == 0, "release");
    expect(some_pages(xch, other, 64, XENMEMF_exact_node(1)) == 16, "then it is anybody's");
    expect(xc_domain_destroy(xch, other) == 0, "destroy the other");
}

static int print_pages(xc_interface *xch, uint32_t domid)
{
    xc_domain_node_pages_t nodes[64];
    unsigned int nr = 64;

    if (xc_domain_get_node_pages(xch, domid, &nr, nodes, NULL) < 0) {
        perror("test-claim: pages");
        return 1;
    }
    for (unsigned int i = 0; i < nr && i < 64; i++) {
        printf("node %u %llu %llu\n", i, (unsigned long long)nodes[i].pages,
               (unsigned long long)nodes[i].claimed);
    }
    return 0;
}

static int print_free(xc_interface *xch)
{
    xc_physinfo_t info;

    if (xc_physinfo(xch, &info))
        return 1;
    printf("%llu\n", (unsigned long long)info.free_pages);
    return 0;
}

static int print_unclaimed(xc_interface *xch)
{
    xc_physinfo_t info;

    if (xc_physinfo(xch, &info))
        return 1;
    printf("%llu\n", (unsigned long long)(info.free_pages - info.outstanding_pages));
    return 0;
}

static long tables_of_dom0(xc_interface *xch)
{
    uint64_t size;

    return xc_get_paging_mempool_size(xch, 0, &size) ? -1 : (long)(size >> XC_PAGE_SHIFT);
}

static int print_tables(xc_interface *xch)
{
    printf("%ld\n", tables_of_dom0(xch));
    return 0;
}

/* The domain's first page, `nr` times, for as long as this process lives. */
static bool map_first_page(xc_interface *xch, uint32_t domid, unsigned int nr)
{
    static const xen_pfn_t zeroes[512];

    return xenforeignmemory_map(xc_interface_fmem_handle(xch), domid, PROT_READ, nr, zeroes, NULL);
}

/* Linux takes one page after the other of an area for what it maps.  One of them wants a new table:
 * it and the 511 that follow leave no room there. */
static bool fill_table(xc_interface *xch, uint32_t domid)
{
    long before = tables_of_dom0(xch);

    for (int i = 0; i < 512 && tables_of_dom0(xch) == before; i++) {
        if (!map_first_page(xch, domid, 1)) {
            return false;
        }
    }
    return tables_of_dom0(xch) > before && map_first_page(xch, domid, 511);
}

/* Others may take a page between the look and the claim, which is then refused: look again. */
static int claim_rest(xc_interface *xch)
{
    xc_physinfo_t info;
    uint32_t domid;

    if (create(xch, &domid) < 0)
        return 1;
    if (populate(xch, domid, 1) < 0 || !fill_table(xch, domid)) {
        perror("test-claim: cannot fill a table of dom0's");
        xc_domain_destroy(xch, domid);
        return 1;
    }
    for (int tries = 0; tries < 100; tries++) {
        if (xc_physinfo(xch, &info) ||
            xc_domain_setmaxmem(xch, domid, info.free_pages * (XC_PAGE_SIZE / 1024)) < 0)
            break;
        /* The number counts the page that it has. */
        if (xc_domain_claim_pages(xch, domid, info.free_pages - info.outstanding_pages + 1) == 0) {
            printf("%u\n", domid);
            fflush(stdout);
            pause();
        }
    }
    perror("test-claim: rest");
    xc_domain_destroy(xch, domid);
    return 1;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*tell)(xc_interface *xch, uint32_t domid);
    } stories[] = {{"host", host_story}, {"node", node_story}, {"others", others_story}};
    static const struct {
        const char *name;
        int (*run)(xc_interface *xch);
    } figures[] = {{"free", print_free},
                   {"unclaimed", print_unclaimed},
                   {"tables", print_tables},
                   {"rest", claim_rest}};
    xc_interface *xch = xc_interface_open(NULL, NULL, 0);
    uint32_t domid;

    for (unsigned int i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
        if (argc == 2 && !strcmp(argv[1], figures[i].name) && xch) {
            return figures[i].run(xch);
        }
    }
    if (argc == 3 && !strcmp(argv[1], "pages") && xch) {
        return print_pages(xch, strtoul(argv[2], NULL, 0));
    }
    if (argc != 2 || !xch || create(xch, &domid) < 0) {
        return 2;
    }
    for (unsigned int i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
        if (!strcmp(argv[1], stories[i].name)) {
            stories[i].tell(xch, domid);
        }
    }
    expect(xc_domain_destroy(xch, domid) == 0, "destroy");
    xc_interface_close(xch);
    printf("%s\n", failures ? "failed" : "ok");
    return failures ? 1 : 0;
}
