/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the virtual PCI configuration space share: vpci.c (the doors: ports, MMCFG),
 * vpci_device.c (functions and their registers), vpci_msi.c and vpci_msix.c (the capabilities).
 *
 * A function's registers are the machine's own, but for those in its table: each has a reader
 * (absent: the machine's register) and a writer (absent: dropped), called with the whole register
 * whatever part of it the guest touches.
 */
#ifndef HVM_VPCI_PRIVATE_H
#define HVM_VPCI_PRIVATE_H

#include <asm/irq.h>
#include <asm/vpci.h>
#include <xen/pci.h>
#include <xen/spinlock.h>
#include <xen/types.h>

#define VPCI_REGS_MAX 16
#define VPCI_BUCKETS  64

struct vpci_device;

struct vpci_register {
    uint16_t offset;
    uint8_t size; /* 1, 2, 4 */
    uint32_t (*read)(struct vpci_device *dev, unsigned int offset);
    void (*write)(struct vpci_device *dev, unsigned int offset, uint32_t value);
};

/* A message interrupt as the guest set it up, and the machine's vector that stands for it. */
struct vpci_message {
    struct domain *domain;
    uint64_t address;
    uint32_t data;
    int irq;                 /* of irq_alloc_vector(), -1 for none */
    struct msi_message real; /* what the device is to write then */
};

struct vpci_msi {
    unsigned int cap;
    bool is_64bit, is_enabled;
    struct vpci_message message;
};

struct vpci_msix_entry {
    struct vpci_message message;
    bool is_masked;
};

struct vpci_msix {
    struct vpci_device *device;
    struct vpci_msix *next; /* of all of the domain; see vpci_msix_covers() */
    unsigned int cap, entry_count;
    unsigned int bar;      /* its register's offset */
    uint32_t table_offset; /* in that BAR */
    paddr_t table;         /* where the table is; 0: nowhere. A */
    volatile uint8_t *map; /* of the pages that it touches */
    bool is_enabled, is_masked;
    struct vpci_msix_entry *entry;
};

struct vpci_device {
    struct vpci_device *next; /* in its bucket */
    struct domain *domain;
    uint32_t sbdf;
    bool is_hidden; /* the hypervisor's own */
    bool is_bridge;
    bool is_assigned; /* to the domain, in the IOMMU */
    bool refusal_logged;
    struct vpci_msi *msi;
    struct vpci_msix *msix;
    unsigned int reg_count;
    struct vpci_register reg[VPCI_REGS_MAX];
};

struct vpci {
    spinlock_t lock;        /* LOCK_HVM: everything below and in the devices but what is marked A */
    uint32_t address_latch; /* port CF8 */
    struct vpci_device *bucket[VPCI_BUCKETS];
    struct vpci_msix *msix; /* A: only ever grows at its head */
};

/* --- vpci_device.c --- */
/* The function as the domain has it, made known at first sight. NULL: there is none, or no memory.
 */
struct vpci_device *vpci_device_find(struct domain *d, uint32_t sbdf);
uint32_t vpci_device_read(struct vpci_device *dev, unsigned int reg, unsigned int size);
void vpci_device_write(struct vpci_device *dev, unsigned int reg, unsigned int size,
                       uint32_t value);
void vpci_device_destroy(struct vpci_device *dev);
/* For a capability: one more register of its own. */
void vpci_register_add(struct vpci_device *dev, const struct vpci_register *reg);

/* --- vpci_msi.c --- */
int vpci_msi_init(struct vpci_device *dev);
void vpci_msi_destroy(struct vpci_device *dev);
/* Gives a message a vector of the machine's, if it has none, and m->real its value. */
int vpci_message_arm(struct vpci_device *dev, struct vpci_message *m);
void vpci_message_disarm(struct vpci_message *m); /* the device has been silenced */

/* --- vpci_msix.c --- */
int vpci_msix_init(struct vpci_device *dev);
void vpci_msix_destroy(struct vpci_device *dev);
void vpci_msix_relocate(struct vpci_msix *msix); /* a BAR or memory decoding may have changed */

#endif
