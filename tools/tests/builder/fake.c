/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <xen/hvm/save.h>
#include <xenforeignmemory.h>
#include "fake.h"

#define MAX_EXTENTS 8192
#define MAX_PAGES   32768
#define MAX_MAPS    16

struct fake fake;

static struct {
    xen_pfn_t gfn;
    uint64_t pages;
} extents[MAX_EXTENTS];
static unsigned int nr_extents;

static struct {
    xen_pfn_t gfn;
    uint8_t *data;
} pages[MAX_PAGES];
static unsigned int nr_pages;

/* What the builder has mapped: copied out at mapping time, copied back when it is unmapped. */
static struct {
    uint8_t *at;
    xen_pfn_t gfn[4096];
    size_t pages;
} maps[MAX_MAPS];

struct fake_logger {
    xentoollog_logger vtable;
};

static void log_message(xentoollog_logger *logger, xentoollog_level level, int errnoval,
                        const char *context, const char *format, va_list al)
{
    size_t used = strlen(fake.log);

    (void)logger, (void)errnoval, (void)context;
    if (level >= XTL_ERROR) {
        vsnprintf(fake.log + used, sizeof(fake.log) - used, format, al);
    }
}

static struct fake_logger logger = {{.vmessage = log_message}};

void fake_reset(uint64_t node_pages)
{
    for (unsigned int i = 0; i < nr_pages; i++) {
        free(pages[i].data);
    }
    nr_pages = nr_extents = 0;
    memset(&fake, 0, sizeof(fake));
    for (unsigned int n = 0; n < FAKE_NODES; n++) {
        fake.node_free[n] = node_pages;
    }
    fake.max_order = 18;
}

/* Counts a call; true when it is the one that has to fail. */
static bool fails(void)
{
    if (++fake.calls != fake.fail_at) {
        return false;
    }
    errno = ENOMEM;
    return true;
}

static bool populated_at(xen_pfn_t gfn)
{
    for (unsigned int i = 0; i < nr_extents; i++) {
        if (gfn >= extents[i].gfn && gfn - extents[i].gfn < extents[i].pages) {
            return true;
        }
    }
    return false;
}

uint8_t *fake_page(xen_pfn_t gfn)
{
    for (unsigned int i = 0; i < nr_pages; i++) {
        if (pages[i].gfn == gfn) {
            return pages[i].data;
        }
    }
    if (!populated_at(gfn) || nr_pages == MAX_PAGES) {
        return NULL;
    }
    pages[nr_pages].gfn = gfn;
    pages[nr_pages].data = malloc(XC_PAGE_SIZE);
    memset(pages[nr_pages].data, fake.scrub_pattern, XC_PAGE_SIZE);
    return pages[nr_pages++].data;
}

/* ---- libxenctrl ---- */

xentoollog_logger *xc_interface_build_logger(xc_interface *xch)
{
    (void)xch;
    return &logger.vtable;
}

struct xenforeignmemory_handle *xc_interface_fmem_handle(xc_interface *xch)
{
    (void)xch;
    return NULL;
}

static uint64_t host_free(void)
{
    return fake.node_free[0] + fake.node_free[1];
}

int xc_physinfo(xc_interface *xch, xc_physinfo_t *info)
{
    (void)xch;
    memset(info, 0, sizeof(*info));
    info->free_pages = host_free();
    info->outstanding_pages = fake.claimed;
    return 0;
}

int xc_get_node_claims(xc_interface *xch, unsigned int *nr_nodes, xc_node_claims_t *nodes,
                       xc_host_claims_t *host)
{
    (void)xch;
    for (unsigned int i = 0; i < *nr_nodes && i < FAKE_NODES; i++) {
        nodes[i] = (xc_node_claims_t){.free = fake.node_free[i]};
    }
    *nr_nodes = FAKE_NODES;
    host->free = host_free();
    return 0;
}

int xc_domain_claim_pages(xc_interface *xch, uint32_t domid, unsigned long nr)
{
    (void)xch, (void)domid;
    fake.claim_calls++;
    if (!nr) {
        fake.claimed = 0; /* a release never fails */
        return 0;
    }
    if (fails()) {
        return -1;
    }
    if (nr > host_free()) {
        errno = ENOMEM;
        return -1;
    }
    fake.claimed = nr - fake.populated;
    return 0;
}

int xc_domain_claim_memory(xc_interface *xch, uint32_t domid, uint32_t nr,
                           const memory_claim_t *claims)
{
    uint64_t sum = 0;

    (void)xch, (void)domid;
    fake.claim_calls++;
    if (fails()) {
        return -1;
    }
    if (fake.no_node_claims) {
        errno = ENOSYS;
        return -1;
    }
    for (uint32_t i = 0; i < nr; i++) {
        if (claims[i].node < FAKE_NODES && claims[i].pages > fake.node_free[claims[i].node]) {
            errno = ENOMEM;
            return -1;
        }
        sum += claims[i].pages;
    }
    fake.claimed = sum;
    return 0;
}

/* Takes an extent from the node that the flags name, or from one that has it. */
static bool take_extent(xen_pfn_t gfn, unsigned int order, unsigned int flags)
{
    uint64_t count = 1ULL << order;
    unsigned int node = XENMEMF_get_node(flags) < FAKE_NODES ? XENMEMF_get_node(flags) : 0;

    if (order > fake.max_order || nr_extents == MAX_EXTENTS) {
        return false;
    }
    if (fake.node_free[node] < count && !(flags & XENMEMF_exact_node_request)) {
        node = 1 - node;
    }
    if (fake.node_free[node] < count) {
        return false;
    }
    fake.node_free[node] -= count;
    fake.on_node[node] += count;
    fake.populated += count;
    fake.claimed -= count < fake.claimed ? count : fake.claimed;
    extents[nr_extents].gfn = gfn;
    extents[nr_extents++].pages = count;
    return true;
}

int xc_domain_populate_physmap(xc_interface *xch, uint32_t domid, unsigned long nr,
                               unsigned int order, unsigned int flags, xen_pfn_t *list)
{
    unsigned long done = 0;

    (void)xch, (void)domid;
    if (fails()) {
        return -1;
    }
    fake.populate_calls++;
    while (done < nr && take_extent(list[done], order, flags)) {
        done++;
    }
    return done;
}

int xc_domain_set_memory_map(xc_interface *xch, uint32_t domid, struct e820entry entries[],
                             uint32_t nr)
{
    (void)xch, (void)domid;
    if (fails()) {
        return -1;
    }
    memcpy(fake.map, entries, nr * sizeof(*entries));
    fake.map_entries = nr;
    return 0;
}

int xc_hvm_param_set(xc_interface *xch, uint32_t domid, uint32_t param, uint64_t value)
{
    (void)xch, (void)domid;
    if (fails()) {
        return -1;
    }
    fake.param[param] = value;
    return 0;
}

int xc_gnttab_seed(xc_interface *xch, uint32_t domid, grant_ref_t ref, xen_pfn_t gfn,
                   uint32_t remote)
{
    (void)xch, (void)domid;
    if (fails()) {
        return -1;
    }
    fake.grant[ref] = (grant_entry_v1_t){GTF_permit_access, remote, gfn};
    return 0;
}

/* A fresh domain's state: a header and one vCPU's MTRRs. */
int xc_domain_hvm_getcontext(xc_interface *xch, uint32_t domid, uint8_t *buf, uint32_t size)
{
    struct {
        struct hvm_save_descriptor d1;
        HVM_SAVE_TYPE(HEADER) header;
        struct hvm_save_descriptor d2;
        HVM_SAVE_TYPE(MTRR) mtrr;
        struct hvm_save_descriptor d3;
    } __attribute__((packed)) state = {
        .d1 = {HVM_SAVE_CODE(HEADER), 0, HVM_SAVE_LENGTH(HEADER)},
        .header = {.magic = HVM_FILE_MAGIC, .version = HVM_FILE_VERSION},
        .d2 = {HVM_SAVE_CODE(MTRR), 0, HVM_SAVE_LENGTH(MTRR)},
        .mtrr = {.msr_pat_cr = 0x0007040600070406ULL},
        .d3 = {HVM_SAVE_CODE(END), 0, 0},
    };

    (void)xch, (void)domid;
    if (fails()) {
        return -1;
    }
    if (buf) {
        memcpy(buf, &state, size < sizeof(state) ? size : sizeof(state));
    }
    return sizeof(state);
}

int xc_domain_hvm_setcontext(xc_interface *xch, uint32_t domid, uint8_t *buf, uint32_t size)
{
    (void)xch, (void)domid;
    if (fails()) {
        return -1;
    }
    memcpy(fake.context, buf, size < sizeof(fake.context) ? size : sizeof(fake.context));
    fake.context_size = size;
    return 0;
}

/* ---- libxenforeignmemory ---- */

void *xenforeignmemory_map(xenforeignmemory_handle *h, uint32_t domid, int prot, size_t nr,
                           const xen_pfn_t list[], int err[])
{
    unsigned int m = 0;

    (void)h, (void)domid, (void)prot, (void)err;
    while (maps[m].at) {
        m++;
    }
    if (fails()) {
        return NULL;
    }
    maps[m].at = malloc(nr * XC_PAGE_SIZE);
    maps[m].pages = nr;
    for (size_t i = 0; i < nr; i++) {
        uint8_t *page = fake_page(list[i]);

        if (!page) {
            free(maps[m].at);
            maps[m].at = NULL;
            errno = EINVAL;
            return NULL;
        }
        maps[m].gfn[i] = list[i];
        memcpy(maps[m].at + i * XC_PAGE_SIZE, page, XC_PAGE_SIZE);
    }
    fake.mapped += nr;
    return maps[m].at;
}

int xenforeignmemory_unmap(xenforeignmemory_handle *h, void *addr, size_t nr)
{
    unsigned int m = 0;

    (void)h;
    while (maps[m].at != addr) {
        m++;
    }
    for (size_t i = 0; i < nr; i++) {
        memcpy(fake_page(maps[m].gfn[i]), maps[m].at + i * XC_PAGE_SIZE, XC_PAGE_SIZE);
    }
    free(maps[m].at);
    maps[m].at = NULL;
    fake.mapped -= nr;
    return 0;
}
