/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * What makes a loaded guest runnable: the shared pages announced and granted, and the state of its
 * vCPUs by the PVH boot ABI: 32-bit protected mode, paging off, flat segments, ebx at the start
 * info.
 *
 * vCPU state travels as a stream of records, each behind a descriptor with its type, instance and
 * length.  The header record is taken from the domain's own state, so that it carries the format
 * and the version that this hypervisor writes; so are the MTRRs, of which only the default type
 * changes.
 */
#include <xen/hvm/save.h>
#include "private.h"

#define CR0_PE 0x00000001
#define CR0_ET 0x00000010

#define MTRR_DEFAULT_ENABLE 0x800
#define MTRR_WRITE_BACK     6

/* Attributes of segment descriptors, as virtual machine control structures keep them. */
#define FLAT_CODE 0xc9b
#define FLAT_DATA 0xc93
#define BUSY_TSS  0x08b

struct stream {
    uint8_t *buf;
    size_t len;
};

/* Finds a record of the domain's state; NULL when there is none of this size. */
static const void *find_record(const uint8_t *buf, size_t len, uint16_t type, size_t want)
{
    struct hvm_save_descriptor d;

    while (len >= sizeof(d)) {
        memcpy(&d, buf, sizeof(d));
        if (d.length > len - sizeof(d)) {
            return NULL;
        }
        if (d.typecode == type && d.length >= want) {
            return buf + sizeof(d);
        }
        buf += sizeof(d) + d.length;
        len -= sizeof(d) + d.length;
    }
    return NULL;
}

static void add_record(struct stream *s, uint16_t type, uint16_t instance, const void *data,
                       size_t length)
{
    struct hvm_save_descriptor d = {type, instance, length};

    memcpy(s->buf + s->len, &d, sizeof(d));
    if (length) {
        memcpy(s->buf + s->len + sizeof(d), data, length);
    }
    s->len += sizeof(d) + length;
}

static void entry_state(struct hvm_hw_cpu *c, uint32_t entry, uint32_t start_info)
{
    memset(c, 0, sizeof(*c));
    c->rip = entry;
    c->rbx = start_info;
    c->rflags = 2;
    c->cr0 = CR0_PE | CR0_ET;
    c->dr6 = 0xffff0ff0;
    c->dr7 = 0x400;
    c->cs_limit = c->ds_limit = c->es_limit = c->ss_limit = 0xffffffff;
    c->cs_arbytes = FLAT_CODE;
    c->ds_arbytes = c->es_arbytes = c->ss_arbytes = FLAT_DATA;
    c->tr_limit = 0x67;
    c->tr_arbytes = BUSY_TSS;
}

/* The records for all vCPUs out of the domain's fresh state. */
static int compose_state(struct xc_dom_image *dom, const uint8_t *old, size_t old_len,
                         struct stream *s)
{
    const void *header = find_record(old, old_len, HVM_SAVE_CODE(HEADER), HVM_SAVE_LENGTH(HEADER));
    const void *mtrr_now = find_record(old, old_len, HVM_SAVE_CODE(MTRR), HVM_SAVE_LENGTH(MTRR));
    HVM_SAVE_TYPE(CPU) cpu;
    HVM_SAVE_TYPE(MTRR) mtrr;

    if (!header) {
        errno = EPROTO;
        dom_error(dom, "the domain's state has no header");
        return -1;
    }
    add_record(s, HVM_SAVE_CODE(HEADER), 0, header, HVM_SAVE_LENGTH(HEADER));
    entry_state(&cpu, dom->priv->kernel.entry, dom->priv->layout.info_paddr);
    add_record(s, HVM_SAVE_CODE(CPU), 0, &cpu, HVM_SAVE_LENGTH(CPU));
    if (mtrr_now) {
        memcpy(&mtrr, mtrr_now, sizeof(mtrr));
        mtrr.msr_mtrr_def_type = MTRR_DEFAULT_ENABLE | MTRR_WRITE_BACK;
        for (unsigned int i = 0; i < dom->vcpus; i++) {
            add_record(s, HVM_SAVE_CODE(MTRR), i, &mtrr, HVM_SAVE_LENGTH(MTRR));
        }
    }
    add_record(s, HVM_SAVE_CODE(END), 0, NULL, 0);
    return 0;
}

static int set_vcpu_state(struct xc_dom_image *dom)
{
    int size = xc_domain_hvm_getcontext(dom->xch, dom->domid, NULL, 0), rc = -1;
    uint8_t *old = size > 0 ? malloc(size) : NULL;
    struct stream s = {.len = 0};

    s.buf = malloc(3 * XC_PAGE_SIZE +
                   dom->vcpus * (HVM_SAVE_LENGTH(MTRR) + sizeof(struct hvm_save_descriptor)));
    if (old && s.buf) {
        size = xc_domain_hvm_getcontext(dom->xch, dom->domid, old, size);
        if (size > 0 && compose_state(dom, old, size, &s) == 0) {
            rc = xc_domain_hvm_setcontext(dom->xch, dom->domid, s.buf, s.len);
        }
    }
    if (rc < 0) {
        dom_error(dom, "cannot set the state of the vCPUs: %s", strerror(errno));
    }
    free(old);
    free(s.buf);
    return rc;
}

/* Tells the guest where a shared page and its event channel are, and lets the other end map it. */
static int announce(struct xc_dom_image *dom, const char *what, uint32_t pfn_param, xen_pfn_t gfn,
                    uint32_t port_param, evtchn_port_t port, grant_ref_t ref, uint32_t remote)
{
    if (xc_hvm_param_set(dom->xch, dom->domid, pfn_param, gfn) < 0 ||
        xc_hvm_param_set(dom->xch, dom->domid, port_param, port) < 0) {
        dom_error(dom, "cannot announce the %s: %s", what, strerror(errno));
        return -1;
    }
    if (xc_gnttab_seed(dom->xch, dom->domid, ref, gfn, remote) < 0) {
        dom_error(dom, "cannot grant the %s's page: %s", what, strerror(errno));
        return -1;
    }
    return 0;
}

int xc_dom_boot(struct xc_dom_image *dom)
{
    if (announce(dom, "console", HVM_PARAM_CONSOLE_PFN, dom->console_gfn, HVM_PARAM_CONSOLE_EVTCHN,
                 dom->console_port, GNTTAB_RESERVED_CONSOLE, dom->console_domid) < 0) {
        return -1;
    }
    if (announce(dom, "store", HVM_PARAM_STORE_PFN, dom->store_gfn, HVM_PARAM_STORE_EVTCHN,
                 dom->store_port, GNTTAB_RESERVED_XENSTORE, dom->store_domid) < 0) {
        return -1;
    }
    return set_vcpu_state(dom);
}
