/* SPDX-License-Identifier: GPL-2.0-only */
/* Domains with the kernel of another test: loaded and started as the PVH boot ABI has it. */
#include <public/hvm/save.h>
#include "domain.h"
#include "elf.h"
#include "guest.h"
#include "private.h"

#define START_INFO 0x1000UL /* in the new domain: the start info, and its command line behind */
#define CMDLINE    0x1800UL

static void write_to(domid_t domid, unsigned long gpa, const void *from, unsigned long size)
{
    while (size) {
        unsigned long piece = min(size, 4096 - gpa % 4096);
        void *there = domain_map(domid, (void *)gpa);

        memcpy(there, from, piece);
        domain_unmap(there);
        gpa += piece;
        from = (const char *)from + piece;
        size -= piece;
    }
}

static const char *kernel_image(void)
{
    const struct hvm_modlist_entry *module = (void *)guest_start_info->modlist_paddr;

    if (!guest_start_info->nr_modules)
        test_error("there is no kernel for the domain: a line 'module:' names it");
    return (const char *)module->paddr;
}

static uint32_t load_kernel(domid_t domid)
{
    const char *image = kernel_image();
    const struct elf64_header *elf = (const void *)image;
    const struct elf64_segment *s = (const void *)(image + elf->segments);

    if (memcmp(elf->magic, "\177ELF", 4))
        test_error("the domain's kernel is no ELF file");
    for (unsigned int i = 0; i < elf->segment_count; i++)
        if (s[i].type == ELF_LOAD)
            write_to(domid, s[i].paddr, image + s[i].offset, s[i].file_size);
    return elf->entry;
}

static void load_start_info(domid_t domid, const char *cmdline)
{
    struct hvm_start_info info = {.magic = XEN_HVM_START_MAGIC_VALUE, .version = 1, .cmdline_paddr = CMDLINE};

    write_to(domid, START_INFO, &info, sizeof(info));
    write_to(domid, CMDLINE, cmdline, strlen(cmdline) + 1);
}

/* The PVH boot ABI: flat 32-bit protected mode, ebx the start info. */
void domain_context(domid_t domid, uint32_t entry)
{
    struct hvm_hw_cpu cpu = {.rip = entry, .rbx = START_INFO, .rflags = 2, .cr0 = 0x11, .dr6 = 0xffff0ff0, .dr7 = 0x400};

    cpu.cs_limit = cpu.ds_limit = cpu.es_limit = cpu.ss_limit = ~0u;
    cpu.cs_arbytes = 0xc9b;
    cpu.ds_arbytes = cpu.es_arbytes = cpu.ss_arbytes = 0xc93;
    cpu.tr_arbytes = 0x8b;
    cpu.tr_limit = 0x67;
    domain_vcpu_set(domid, 0, &cpu);
}

void domain_load(domid_t domid, const char *cmdline)
{
    uint32_t entry = load_kernel(domid);

    load_start_info(domid, cmdline);
    domain_context(domid, entry);
}
