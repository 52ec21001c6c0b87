/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test-direct: starts a PVH guest with libxenctrl and libxenguest alone, without libxl.
 *
 *     test-direct NAME KERNEL RAMDISK MIB VCPUS CMDLINE [claim]
 *     test-direct destroy DOMID
 *
 * It shows the least that a toolstack does, prints "domid N" on success, and leaves the guest
 * running (a failed one is destroyed).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenguest.h>
#include <xenstore.h>

static bool fail(const char *what)
{
    fprintf(stderr, "test-direct: %s: %s\n", what, strerror(errno));
    return false;
}

static bool create(xc_interface *xch, uint32_t *domid, unsigned int vcpus, uint64_t memory_kb)
{
    struct xen_domctl_createdomain config = {
        .flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
        .max_vcpus = vcpus,
        .max_evtchn_port = 1023,
        .max_grant_frames = 64,
        .max_maptrack_frames = 1024,
        .grant_opts = XEN_DOMCTL_GRANT_version(1),
        .arch.emulation_flags = XEN_X86_EMU_LAPIC,
        .handle = {0x5a, 1, 2, 3, 4},
    };
    uint64_t paging = xc_dom_paging_pages(memory_kb, vcpus) << XC_PAGE_SHIFT;

    if (xc_domain_create(xch, domid, &config) < 0) {
        return fail("create");
    }
    if (xc_domain_max_vcpus(xch, *domid, vcpus) < 0) {
        return fail("max_vcpus");
    }
    if (xc_domain_setmaxmem(xch, *domid, memory_kb + 1024) < 0) {
        return fail("setmaxmem");
    }
    if (xc_set_paging_mempool_size(xch, *domid, paging) < 0) {
        return fail("paging pool");
    }
    return true;
}

/* What xenconsoled reads about a guest's console, and xenstored's introduction. */
static bool connect_daemons(struct xs_handle *xs, const struct xc_dom_image *dom, const char *name)
{
    const struct {
        const char *key;
        unsigned long value;
    } numbers[] = {
        {"console/ring-ref", dom->console_gfn},
        {"console/port", dom->console_port},
        {"console/limit", 1048576},
        {"store/ring-ref", dom->store_gfn},
        {"store/port", dom->store_port},
        {"domid", dom->domid},
    };
    char path[128], value[32];

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        snprintf(path, sizeof(path), "/local/domain/%u/%s", dom->domid, numbers[i].key);
        snprintf(value, sizeof(value), "%lu", numbers[i].value);
        if (!xs_write(xs, XBT_NULL, path, value, strlen(value))) {
            return fail(path);
        }
    }
    snprintf(path, sizeof(path), "/local/domain/%u/console/type", dom->domid);
    xs_write(xs, XBT_NULL, path, "xenconsoled", strlen("xenconsoled"));
    snprintf(path, sizeof(path), "/local/domain/%u/name", dom->domid);
    xs_write(xs, XBT_NULL, path, name, strlen(name));
    return xs_introduce_domain(xs, dom->domid, dom->store_gfn, dom->store_port) ? true
                                                                                : fail("introduce");
}

static bool build(xc_interface *xch, struct xs_handle *xs, uint32_t domid, char **argv, bool claim)
{
    struct xc_dom_image *dom = xc_dom_allocate(xch, domid);
    bool ok;

    if (!dom) {
        return fail("image");
    }
    dom->kernel = argv[2];
    dom->ramdisk = *argv[3] ? argv[3] : NULL;
    dom->memory_kb = strtoull(argv[4], NULL, 0) << 10;
    dom->vcpus = strtoul(argv[5], NULL, 0);
    dom->cmdline = argv[6];
    dom->claim_enabled = claim;
    dom->console_port = xc_evtchn_alloc_unbound(xch, domid, 0);
    dom->store_port = xc_evtchn_alloc_unbound(xch, domid, 0);
    ok = xc_dom_build(dom) == 0 || fail("build");
    ok = ok && connect_daemons(xs, dom, argv[1]);
    xc_dom_release(dom);
    return ok;
}

static bool destroy(xc_interface *xch, struct xs_handle *xs, uint32_t domid)
{
    char path[64];

    if (xc_domain_destroy(xch, domid) < 0) {
        return fail("destroy");
    }
    xs_release_domain(xs, domid);
    snprintf(path, sizeof(path), "/local/domain/%u", domid);
    return xs_rm(xs, XBT_NULL, path);
}

int main(int argc, char **argv)
{
    xentoollog_logger *log =
        (xentoollog_logger *)xtl_createlogger_stdiostream(stderr, XTL_DETAIL, 0);
    xc_interface *xch = xc_interface_open(log, NULL, 0);
    struct xs_handle *xs = xs_open(0);
    uint32_t domid = 0;

    if (argc == 3 && !strcmp(argv[1], "destroy") && xch && xs) {
        return destroy(xch, xs, strtoul(argv[2], NULL, 0)) ? 0 : 1;
    }
    if (argc < 7 || !xch || !xs) {
        fprintf(stderr, "usage: test-direct NAME KERNEL RAMDISK MIB VCPUS CMDLINE [claim]\n");
        return 2;
    }
    if (!create(xch, &domid, strtoul(argv[5], NULL, 0), strtoull(argv[4], NULL, 0) << 10) ||
        !build(xch, xs, domid, argv, argc > 7) ||
        (xc_domain_unpause(xch, domid) < 0 && !fail("unpause"))) {
        if (domid) {
            xc_domain_destroy(xch, domid);
        }
        return 1;
    }
    printf("domid %u\n", domid);
    xs_close(xs);
    xc_interface_close(xch);
    return 0;
}
