/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * AMD-Vi, between its files.  Section numbers in amd*.c are those of the AMD I/O Virtualization
 * Technology (IOMMU) Specification, 48882, revision 3.
 *
 *   amd_ivrs.c    what firmware tells: units, aliases, memory that devices need mapped
 *   amd_unit.c    a unit: registers, command ring, switching it on
 *   amd_event.c   its event log: faults by device and address
 *   amd_table.c   the device table, one for all units
 *   amd.c         the operations
 */
#ifndef X86_IOMMU_AMD_H
#define X86_IOMMU_AMD_H

#include <xen/tasklet.h>
#include <xen/types.h>

struct domain;
struct iommu_ops;

/* NULL: the machine has none, or none that works. */
const struct iommu_ops *amd_iommu_init(void);

/* --- amd_unit.c --- */

struct amd_command {
    uint64_t word[2];
};

struct amd_unit {
    uint32_t sbdf;           /* its own PCI function */
    unsigned int capability; /* where in that function's configuration space */
    paddr_t base;
    uint8_t *regs;
    struct amd_command *ring; /* under amd_lock */
    unsigned int tail;        /* the next free entry */
    uint64_t *completed;      /* written by the unit: the number of the last completed wait */
    uint64_t waits;
    struct amd_command *events; /* of the same shape; only the tasklet reads */
    unsigned int event_head;
    struct tasklet event_tasklet;
};

#define AMD_RING_ENTRIES 256 /* one page, of commands and of events */

int amd_unit_init(struct amd_unit *unit);
void amd_unit_send(struct amd_unit *unit, struct amd_command command);
/* Until the unit has done all that was sent. */
void amd_unit_wait(struct amd_unit *unit);

struct amd_command amd_invalidate_device(uint16_t device);
/* count 0: everything of that domain. */
struct amd_command amd_invalidate_pages(uint16_t domain, uint64_t first, uint64_t count);

static inline uint64_t amd_read(const struct amd_unit *unit, unsigned int reg)
{
    return *(volatile uint64_t *)(unit->regs + reg);
}

static inline void amd_write(struct amd_unit *unit, unsigned int reg, uint64_t value)
{
    *(volatile uint64_t *)(unit->regs + reg) = value;
}

/* Registers, 3.4. */
#define AMD_DEVICE_TABLE 0x0000
#define AMD_COMMAND_BASE 0x0008
#define AMD_EVENT_BASE   0x0010
#define AMD_CONTROL      0x0018
#define AMD_FEATURES     0x0030
#define AMD_COMMAND_HEAD 0x2000
#define AMD_COMMAND_TAIL 0x2008
#define AMD_EVENT_HEAD   0x2010
#define AMD_EVENT_TAIL   0x2018
#define AMD_STATUS       0x2020

#define AMD_CONTROL_ENABLE    (1ULL << 0)
#define AMD_CONTROL_EVENT_LOG (1ULL << 2)
#define AMD_CONTROL_EVENT_INT (1ULL << 3)
#define AMD_CONTROL_COHERENT  (1ULL << 10)
#define AMD_CONTROL_COMMANDS  (1ULL << 12)
#define AMD_STATUS_OVERFLOW   (1ULL << 0)
#define AMD_STATUS_EVENT_INT  (1ULL << 1)

#define AMD_RING_LENGTH (8ULL << 56) /* 2^8 entries, in both base registers */

/* --- amd_event.c --- */
void amd_event_init(struct amd_unit *unit); /* before the unit is switched on */

/* --- amd_table.c --- */
int amd_table_init(unsigned int highest_device);
uint64_t amd_table_register(void); /* what AMD_DEVICE_TABLE wants */
bool amd_table_has(uint16_t device);
/* Points the device at d's p2m, or at nothing.  `forget` makes all units drop what they cached of
 * it. */
void amd_table_set(uint16_t device, const struct domain *d, void (*forget)(uint16_t device));
uint16_t amd_domain_tag(const struct domain *d);

/* --- amd_ivrs.c: filled by amd_ivrs_read(), constant after --- */

#define AMD_UNITS_MAX 16
extern struct amd_unit amd_units[AMD_UNITS_MAX];
extern unsigned int amd_unit_count;

/* A device whose requests carry another's number, for example behind an old bridge: see
 * amd_alias(). */
uint16_t amd_alias(uint16_t device);

/* Memory that devices use by themselves, and that must be mapped one to one. */
#define AMD_UNITY_MAX 16
struct amd_unity {
    paddr_t start, size;
};
extern struct amd_unity amd_unity[AMD_UNITY_MAX];
extern unsigned int amd_unity_count;

/* The highest device number told of, or -ENODEV without a usable table. */
int amd_ivrs_read(void);

#endif
