/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual I/O APICs of the hardware domain (82093AA data sheet; the EOI register is that of
 * version 0x20).  Each stands where one of the machine's is, with as many pins, and each pin that
 * the guest unmasks is bound to the machine's pin of the same number, with the trigger mode and
 * polarity it asks for.
 *
 * A level interrupt: the machine's pin fires and is masked by the interrupt layer; Remote IRR is
 * set and the message delivered; the guest's EOI clears Remote IRR and opens the machine's pin,
 * which fires again if the line is still asserted.
 *
 *   guest, under the lock         pin_fired(), interrupt context       vioapic_eoi(), any vCPU
 *   writes the entry's fields     reads it, sets Remote IRR            clears Remote IRR
 *
 * So an entry is one 64-bit word, changed by atomic operations only, and the last two need no lock.
 */
#include <asm/domain.h>
#include <asm/hvm_io.h>
#include <asm/irq.h>
#include <asm/page.h>
#include <asm/vioapic.h>
#include <asm/vlapic.h>
#include <xen/acpi.h>
#include <xen/atomic.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/spinlock.h>
#include <xen/xmalloc.h>

#define MAX_PINS 240

/* Offsets in the page, and registers behind the window. */
#define IOAPIC_SELECT  0x00
#define IOAPIC_WINDOW  0x10
#define IOAPIC_EOI     0x40
#define REG_ID         0x00
#define REG_VERSION    0x01
#define REG_ARBITER    0x02
#define REG_ENTRIES    0x10
#define IOAPIC_VERSION 0x20

/* A redirection entry. */
#define ENTRY_VECTOR(e)  ((uint8_t)(e))
#define ENTRY_MODE(e)    (((e) >> 8) & 7)
#define ENTRY_LOGICAL    (1ULL << 11)
#define ENTRY_ACTIVE_LOW (1ULL << 13)
#define ENTRY_REMOTE_IRR (1ULL << 14)
#define ENTRY_LEVEL      (1ULL << 15)
#define ENTRY_MASKED     (1ULL << 16)
#define ENTRY_DEST(e)    ((uint32_t)((e) >> 56))
#define ENTRY_WRITABLE   0xff0000000001afffULL

/* Guards: L vioapic.lock, A atomic, C constant. */
struct pin {
    struct domain *domain; /* C */
    unsigned int gsi;      /* C */
    uint64_t entry;        /* A */
    bool is_bound;         /* L: to the machine's pin */
};

struct unit {
    paddr_t address;        /* C */
    uint8_t id;             /* C */
    unsigned int gsi_base;  /* C */
    unsigned int pin_count; /* C */
    uint8_t select;         /* L */
    struct pin *pin;        /* C */
};

struct vioapic {
    spinlock_t lock;
    unsigned int unit_count;
    struct unit unit[];
};

static uint64_t entry_read(const struct pin *pin)
{
    return __atomic_load_n(&pin->entry, __ATOMIC_SEQ_CST);
}

/* Replaces the bits of `mask`; returns the old entry. */
static uint64_t entry_change(struct pin *pin, uint64_t mask, uint64_t value)
{
    uint64_t old = entry_read(pin), new;

    do
        new = (old & ~mask) | (value & mask);
    while (!__atomic_compare_exchange_n(&pin->entry, &old, new, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST));
    return old;
}

/* --- from the machine's pin to the guest, and the EOI back --- */

static void pin_fired(void *data)
{
    struct pin *pin = data;
    uint64_t entry = entry_read(pin);
    bool is_level = entry & ENTRY_LEVEL;

    if (is_level)
        entry_change(pin, ENTRY_REMOTE_IRR, ENTRY_REMOTE_IRR);
    vlapic_deliver(pin->domain, ENTRY_DEST(entry), entry & ENTRY_LOGICAL, ENTRY_MODE(entry),
                   ENTRY_VECTOR(entry), is_level);
}

static void pin_end(struct pin *pin)
{
    if (entry_change(pin, ENTRY_REMOTE_IRR, 0) & ENTRY_REMOTE_IRR)
        irq_eoi_gsi(pin->gsi);
}

static void unit_end(struct unit *u, uint8_t vector)
{
    for (unsigned int i = 0; i < u->pin_count; i++)
        if (ENTRY_VECTOR(entry_read(&u->pin[i])) == vector)
            pin_end(&u->pin[i]);
}

void vioapic_eoi(struct domain *d, uint8_t vector)
{
    struct vioapic *vioapic = d->arch.vioapic;

    for (unsigned int i = 0; vioapic && i < vioapic->unit_count; i++)
        unit_end(&vioapic->unit[i], vector);
}

/* --- the guest's registers --- */

static void pin_unbind(struct pin *pin)
{
    if (!pin->is_bound)
        return;
    irq_unbind_gsi(pin->gsi);
    pin->is_bound = false;
    entry_change(pin, ENTRY_REMOTE_IRR, 0);
}

static void pin_bind(struct pin *pin, uint64_t entry)
{
    int rc = irq_bind_gsi(pin->gsi, entry & ENTRY_LEVEL, entry & ENTRY_ACTIVE_LOW, pin_fired, pin);

    if (rc)
        printk(XENLOG_WARNING "d%d: interrupt line %u cannot be had (%d)\n", pin->domain->domain_id,
               pin->gsi, rc);
    else
        pin->is_bound = true;
}

/* Makes the machine's pin follow what was written. */
static void pin_changed(struct pin *pin, uint64_t old, uint64_t new)
{
    if ((old ^ new) & (ENTRY_LEVEL | ENTRY_ACTIVE_LOW))
        pin_unbind(pin);
    if (!pin->is_bound) {
        if (!(new &ENTRY_MASKED))
            pin_bind(pin, new);
        return;
    }
    if (!((old ^ new) & ENTRY_MASKED))
        return;
    if (new &ENTRY_MASKED)
        irq_mask_gsi(pin->gsi);
    else
        irq_unmask_gsi(pin->gsi);
}

static void entry_write(struct unit *u, unsigned int index, uint32_t value)
{
    struct pin *pin = &u->pin[index / 2];
    unsigned int shift = index % 2 * 32;
    uint64_t mask = ENTRY_WRITABLE & (0xffffffffULL << shift);
    uint64_t old = entry_change(pin, mask, (uint64_t)value << shift);

    pin_changed(pin, old, entry_read(pin));
}

static uint32_t reg_read(const struct unit *u)
{
    unsigned int index = u->select - REG_ENTRIES;

    switch (u->select) {
    case REG_ID:
    case REG_ARBITER:
        return (uint32_t)u->id << 24;
    case REG_VERSION:
        return (u->pin_count - 1) << 16 | IOAPIC_VERSION;
    default:
        if (u->select < REG_ENTRIES || index / 2 >= u->pin_count)
            return 0;
        return entry_read(&u->pin[index / 2]) >> (index % 2 * 32);
    }
}

/* The identifier is the one that the MADT tells, and stays. */
static void reg_write(struct unit *u, uint32_t value)
{
    unsigned int index = u->select - REG_ENTRIES;

    if (u->select >= REG_ENTRIES && index / 2 < u->pin_count)
        entry_write(u, index, value);
}

static void unit_write(struct unit *u, unsigned int offset, uint32_t value)
{
    if (offset == IOAPIC_SELECT)
        u->select = value;
    else if (offset == IOAPIC_WINDOW)
        reg_write(u, value);
    else if (offset == IOAPIC_EOI)
        unit_end(u, value);
}

static uint32_t unit_read(const struct unit *u, unsigned int offset)
{
    return offset == IOAPIC_SELECT ? u->select : offset == IOAPIC_WINDOW ? reg_read(u) : 0;
}

static struct unit *unit_at(struct vioapic *vioapic, paddr_t addr)
{
    for (unsigned int i = 0; i < vioapic->unit_count; i++)
        if (addr - vioapic->unit[i].address < PAGE_SIZE)
            return &vioapic->unit[i];
    return NULL;
}

static void mmio_access(struct vcpu *v, paddr_t addr, unsigned int size, bool is_write,
                        uint64_t *data)
{
    struct vioapic *vioapic = v->domain->arch.vioapic;
    struct unit *u = unit_at(vioapic, addr);

    spin_lock(&vioapic->lock);
    if (is_write)
        unit_write(u, addr - u->address, *data);
    else
        *data = unit_read(u, addr - u->address);
    spin_unlock(&vioapic->lock);
}

/* --- life --- */

/* Its pins end where the next unit's begin, or with the last of all. */
static unsigned int pins_from(unsigned int gsi_base)
{
    unsigned int end = irq_gsi_count();

    for (unsigned int i = 0; i < acpi_ioapic_count; i++)
        if (acpi_ioapics[i].gsi_base > gsi_base)
            end = min(end, (unsigned int)acpi_ioapics[i].gsi_base);
    return end > gsi_base ? min(end - gsi_base, (unsigned int)MAX_PINS) : 0;
}

static int unit_init(struct domain *d, struct unit *u, const struct acpi_ioapic *real)
{
    u->address = real->address;
    u->id = real->id;
    u->gsi_base = real->gsi_base;
    u->pin_count = pins_from(real->gsi_base);
    if (!u->pin_count)
        return 0;
    u->pin = xzalloc_array(struct pin, u->pin_count);
    if (!u->pin)
        return -ENOMEM;
    for (unsigned int i = 0; i < u->pin_count; i++)
        u->pin[i] = (struct pin){.domain = d, .gsi = u->gsi_base + i, .entry = ENTRY_MASKED};
    return hvm_io_register_mmio(d, u->address, PAGE_SIZE, mmio_access);
}

int vioapic_init(struct domain *d)
{
    struct vioapic *vioapic = xzalloc_bytes(
        sizeof(*vioapic) + acpi_ioapic_count * sizeof(vioapic->unit[0]), __alignof__(*vioapic));

    if (!vioapic)
        return -ENOMEM;
    spin_lock_init(&vioapic->lock, LOCK_HVM);
    d->arch.vioapic = vioapic;
    for (unsigned int i = 0; i < acpi_ioapic_count; i++) {
        int rc = unit_init(d, &vioapic->unit[vioapic->unit_count++], &acpi_ioapics[i]);

        if (rc)
            return rc;
    }
    return 0;
}

void vioapic_destroy(struct domain *d)
{
    struct vioapic *vioapic = d->arch.vioapic;

    for (unsigned int i = 0; vioapic && i < vioapic->unit_count; i++) {
        struct unit *u = &vioapic->unit[i];

        for (unsigned int p = 0; p < u->pin_count; p++)
            pin_unbind(&u->pin[p]);
        xfree(u->pin);
    }
    xfree(vioapic);
    d->arch.vioapic = NULL;
}
