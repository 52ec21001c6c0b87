/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Handing over: the hypervisor's image to a multiple of 2 MiB; the information block of multiboot 2
 * (section 3.6); the firmware's memory map in it, the last thing before its boot services end; the
 * jump to the 64-bit entry that the image's multiboot 2 header names (tag 9).
 */
#include "efi_app.h"

#define INFO_SIZE    65536
#define MB2_MAGIC    0x36d76289u
#define MB2_HEADER   0xe85250d6u
#define ENTRY_TAG    9
#define TAG_MODULE   3
#define TAG_MMAP     6
#define TAG_EFI64    12
#define TAG_RSDP     15
#define IMAGE_ALIGN  0x200000ul
#define IMAGE_LINKED 0x200000ul

extern const unsigned char xen_image[], xen_image_end[]; /* image.S */

struct elf_header {
    unsigned char ident[16];
    UINT16 type, machine;
    UINT32 version;
    UINT64 entry, phoff, shoff;
    UINT32 flags;
    UINT16 ehsize, phentsize, phnum;
};

struct elf_segment {
    UINT32 type, flags;
    UINT64 offset, vaddr, paddr, filesz, memsz, align;
};

static UINT8 *info; /* the block: a size, zero, then tags on multiples of 8 */
static UINT32 used = 8;

/* The body of a new tag of `size` bytes. */
static void *tag_add(UINT32 type, UINT32 size)
{
    UINT32 *tag = (UINT32 *)(info + used);

    used += (8 + size + 7) & ~7u;
    if (used > INFO_SIZE - 8)
        fail(L"too much to tell the hypervisor", L"", EFI_BUFFER_TOO_SMALL);
    tag[0] = type;
    tag[1] = 8 + size;
    return tag + 2;
}

static void rsdp_add(void)
{
    EFI_GUID guid = ACPI_20_TABLE_GUID;
    void *rsdp;

    if (!EFI_ERROR(LibGetSystemConfigurationTable(&guid, &rsdp)))
        CopyMem(tag_add(TAG_RSDP, 36), rsdp, 36);
}

void handover_begin(void)
{
    info = (UINT8 *)pages_below_4g(INFO_SIZE);
    *(UINT64 *)tag_add(TAG_EFI64, 8) = (UINT64)ST;
    rsdp_add();
}

void handover_string(UINT32 tag, const char *text)
{
    UINT32 size = strlena((CHAR8 *)text) + 1;

    CopyMem(tag_add(tag, size), text, size);
}

void handover_module(const struct file *file, const char *cmdline)
{
    UINT32 size = strlena((CHAR8 *)cmdline) + 1;
    UINT32 *body = tag_add(TAG_MODULE, 8 + size);

    body[0] = (UINT32)file->start;
    body[1] = (UINT32)(file->start + file->size);
    CopyMem(body + 2, cmdline, size);
}

/* High up, where it is in nobody's way: the image may lie anywhere. */
static EFI_PHYSICAL_ADDRESS image_room(UINTN size)
{
    EFI_PHYSICAL_ADDRESS at = pages_below_4g(size + IMAGE_ALIGN);

    return (at + IMAGE_ALIGN - 1) & ~(IMAGE_ALIGN - 1);
}

/* Returns by how much it lies above the place it is linked for. */
static UINT64 image_load(void)
{
    const struct elf_header *elf = (const void *)xen_image;
    const struct elf_segment *s = (const void *)(xen_image + elf->phoff);
    EFI_PHYSICAL_ADDRESS at = image_room(s->memsz);

    CopyMem((void *)at, (void *)(xen_image + s->offset), s->filesz);
    ZeroMem((void *)(at + s->filesz), s->memsz - s->filesz);
    return at - IMAGE_LINKED;
}

/* Where the image wants to be entered in 64-bit mode: multiboot 2, 3.1.8. */
static UINT32 image_entry(void)
{
    const UINT32 *header = (const UINT32 *)xen_image;
    const UINT16 *tag;

    while (*header != MB2_HEADER)
        header += 2;
    for (tag = (const UINT16 *)(header + 4); tag[0]; tag += ((tag[2] + 7) & ~7u) / 2)
        if (tag[0] == ENTRY_TAG)
            return *(const UINT32 *)(tag + 4);
    fail(L"the hypervisor has no entry for me", L"", EFI_UNSUPPORTED);
}

static UINT32 e820_type(UINT32 efi_type)
{
    switch (efi_type) {
    case EfiConventionalMemory:
    case EfiLoaderCode:
    case EfiLoaderData:
    case EfiBootServicesCode:
    case EfiBootServicesData:
        return 1;
    case EfiACPIReclaimMemory:
        return 3;
    case EfiACPIMemoryNVS:
        return 4;
    case EfiUnusableMemory:
        return 5;
    default:
        return 2;
    }
}

struct mmap_entry {
    UINT64 start, length;
    UINT32 type, reserved;
};

static void map_add(const void *map, UINTN size, UINTN step)
{
    UINT32 count = size / step;
    UINT32 *body = tag_add(TAG_MMAP, 8 + count * sizeof(struct mmap_entry));
    struct mmap_entry *entry = (void *)(body + 2);

    body[0] = sizeof(*entry);
    body[1] = 0;
    for (UINT32 i = 0; i < count; i++, entry++) {
        const EFI_MEMORY_DESCRIPTOR *d = (const void *)((const char *)map + i * step);

        entry->start = d->PhysicalStart;
        entry->length = d->NumberOfPages * EFI_PAGE_SIZE;
        entry->type = e820_type(d->Type);
    }
}

/* The map may change by its own allocation, and between asking and leaving: once more then. */
static void leave_firmware(EFI_HANDLE image)
{
    static UINT8 map[32768];
    UINTN size, key, step;
    UINT32 version;
    EFI_STATUS status;

    for (int attempt = 0; attempt < 4; attempt++) {
        size = sizeof(map);
        status = BS->GetMemoryMap(&size, (void *)map, &key, &step, &version);
        if (!EFI_ERROR(status))
            status = BS->ExitBootServices(image, key);
        if (!EFI_ERROR(status)) {
            map_add(map, size, step);
            return;
        }
    }
    fail(L"cannot leave the firmware", L"", status);
}

void handover(EFI_HANDLE image)
{
    UINT64 moved_by = image_load();
    void (*enter)(UINT32 magic, UINT32 info) = (void *)(image_entry() + moved_by);

    leave_firmware(image);
    tag_add(0, 0);
    *(UINT32 *)info = used;
    enter(MB2_MAGIC, (UINT32)(UINTN)info);
    for (;;)
        ;
}
