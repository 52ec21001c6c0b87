/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files that build dom0 share.  All of it is init code. */
#ifndef DOM0_PRIVATE_H
#define DOM0_PRIVATE_H

#include <xen/boot_info.h>
#include <xen/domain.h>
#include <asm/hvm.h>

/*
 * dom0 being built.  What is loaded for it is stacked downwards from the end of its largest piece of RAM below 1 GiB,
 * so that the kernel finds its place at the beginning of it free.  Under UEFI the RAM that begins at 1 MiB ends soon.
 */
struct dom0 {
    struct domain *d;
    struct domain_e820 *e820;
    paddr_t ram_start, ram_end; /* that piece */
    paddr_t top;                /* below what has been placed so far */
};

/* memory.c */
unsigned long dom0_memory_pages(void);          /* what dom0_mem= and the host's free memory come to */
void dom0_memory_map(struct dom0 *dom0, unsigned long pages);  /* the memory map */
void dom0_memory_populate(struct dom0 *dom0);
/* Takes size bytes off the top, whole pages; panics, naming `what`, when there is no room. */
paddr_t dom0_carve(struct dom0 *dom0, size_t size, const char *what);
paddr_t dom0_carve_acpi(struct dom0 *dom0, size_t size);        /* before anything else is carved */
void dom0_write(struct dom0 *dom0, paddr_t gpa, const void *data, size_t size);
unsigned long dom0_max_pages(unsigned long pages);

/* nodes.c: the NUMA nodes that dom0 lives on. `check` comes first; `settle` once the domain is there, before its memory;
 * `place_vcpus` once they are. */
void dom0_nodes_check(void);
unsigned int dom0_nodes_cpus(void);             /* how many CPUs there are for it */
unsigned long dom0_nodes_free(void);            /* and pages */
void dom0_nodes_settle(struct dom0 *dom0, unsigned long pages);
void dom0_nodes_place_vcpus(struct dom0 *dom0);

/* image.c: the address of the unpacker's parameters, and the entry in *entry */
paddr_t dom0_place_kernel(struct dom0 *dom0, const struct boot_module *m, paddr_t start_info, uint32_t *entry);

/* acpi.c: tables of its own; the RSDP's address, 0 when the host has none */
paddr_t dom0_acpi_build(struct dom0 *dom0);

/* start_info.c */
paddr_t dom0_start_info(struct dom0 *dom0, const struct boot_module *kernel, const struct boot_module *initrd,
                        paddr_t rsdp);

#endif
