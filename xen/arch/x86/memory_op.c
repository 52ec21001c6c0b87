/* SPDX-License-Identifier: GPL-2.0-only */
/* memory_op: the map of usable addresses, in the firmware's E820 format of 20 bytes an entry. */
#include <asm/hvm.h>
#include <public/memory.h>
#include <xen/compiler.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/guest_layout.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/memory_op.h>
#include <xen/privilege.h>
#include <xen/sched.h>
#include <xen/xmalloc.h>

struct packed_struct wire_entry {
    uint64_t start, size;
    uint32_t type;
};

static int entry_write(uint64_t gva, const struct e820_entry *e)
{
    struct wire_entry wire = {.start = e->start, .size = e->size, .type = e->type};

    return guest_write(gva, &wire);
}

long arch_memory_map(struct memory_call *call)
{
    const struct domain_e820 *e820 = current->domain->arch.e820;
    struct xen_memory_map map;

    if (!e820)
        return -ENOSYS;
    if (guest_read_as(LAYOUT_memory_map, &map, call->gva))
        return -EFAULT;
    /* Without a buffer, just how many there are. */
    if (map.buffer.p && map.nr_entries < e820->count)
        return -EINVAL;
    for (unsigned int i = 0; map.buffer.p && i < e820->count; i++)
        if (entry_write((uint64_t)map.buffer.p + i * sizeof(struct wire_entry), &e820->entry[i]))
            return -EFAULT;
    map.nr_entries = e820->count;
    return guest_write_field_as(LAYOUT_memory_map, call->gva, &map, nr_entries);
}

static int map_read(struct domain_e820 *e820, const struct xen_memory_map *map)
{
    for (unsigned int i = 0; i < map->nr_entries; i++) {
        struct wire_entry wire;

        if (guest_read(&wire, (uint64_t)map->buffer.p + i * sizeof(wire)))
            return -EFAULT;
        e820->entry[i] =
            (struct e820_entry){.start = wire.start, .size = wire.size, .type = wire.type};
    }
    e820->count = map->nr_entries;
    return 0;
}

/* Replaces the domain's map.  It is read by the domain alone, which does not run until its builder
 * is done. */
static int map_set(struct domain *d, const struct xen_memory_map *map)
{
    struct domain_e820 *e820, *old;
    int rc;

    if (d == current->domain)
        return -EINVAL;
    e820 = xzalloc(struct domain_e820);
    if (!e820)
        return -ENOMEM;
    rc = map_read(e820, map);
    if (rc) {
        xfree(e820);
        return rc;
    }
    domain_pause(d);
    spin_lock(&d->lock);
    old = d->arch.e820;
    d->arch.e820 = e820;
    spin_unlock(&d->lock);
    domain_unpause(d);
    xfree(old);
    return 0;
}

long arch_set_memory_map(struct memory_call *call)
{
    struct xen_foreign_memory_map arg;
    struct domain *d;
    long rc;

    if (guest_read_as(LAYOUT_foreign_memory_map, &arg, call->gva))
        return -EFAULT;
    if (arg.map.nr_entries > DOMAIN_E820_MAX)
        return -E2BIG;
    rc = privilege_target(arg.domid, TARGET_BY_CONTROL, &d);
    if (rc)
        return rc;
    rc = map_set(d, &arg.map);
    domain_put(d);
    return rc;
}
