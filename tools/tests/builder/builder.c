/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The domain builder on the host: the kernel formats, the layout, population with superpages and on
 * nodes, claims on every path, each call failing in its turn, and kernels that lie.
 */
#include <bzlib.h>
#include <elf.h>
#include <lz4.h>
#include <lz4frame.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xen/elfnote.h>
#include <xen/arch-x86/hvm/start_info.h>
#include <xen/hvm/save.h>
#include <zlib.h>
#include <zstd.h>
#include "private.h"
#include "fake.h"

#define ENTRY      0x1000123
#define KERNEL_AT  0x1000000
#define KERNEL_LEN 20000
#define KERNEL_BSS 9000
#define GIB_PAGES  (1UL << 18)

static unsigned int passed, failed;
static char kernel_path[] = "/tmp/test-builder-XXXXXX";
static char ramdisk_path[] = "/tmp/test-builder-XXXXXX";

static void check(bool ok, const char *what)
{
    if (ok) {
        passed++;
    } else {
        failed++;
        printf("not ok %s (errno %s; log: %s)\n", what, strerror(errno), fake.log);
    }
}

/* ---- Kernels ---- */

struct image {
    uint8_t data[65536];
    size_t size;
};

/* What the kernel's file holds at offset i of its only segment: a page of zeroes in the middle. */
static uint8_t kernel_byte(size_t i)
{
    return i >= 8192 && i < 12288 ? 0 : (uint8_t)(i * 7 + 1);
}

static void make_elf(struct image *k)
{
    struct {
        Elf64_Ehdr eh;
        Elf64_Phdr ph[2];
        Elf64_Nhdr note;
        char name[4];
        uint64_t entry;
    } head = {
        .eh = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
               .e_type = ET_EXEC,
               .e_machine = EM_X86_64,
               .e_phoff = sizeof(Elf64_Ehdr),
               .e_phentsize = sizeof(Elf64_Phdr),
               .e_phnum = 2},
        .ph = {{.p_type = PT_LOAD,
                .p_offset = 4096,
                .p_paddr = KERNEL_AT,
                .p_filesz = KERNEL_LEN,
                .p_memsz = KERNEL_LEN + KERNEL_BSS},
               {.p_type = PT_NOTE}},
        .note = {4, 8, XEN_ELFNOTE_PHYS32_ENTRY},
        .name = "Xen",
        .entry = ENTRY,
    };

    head.ph[1].p_offset = (uint8_t *)&head.note - (uint8_t *)&head;
    head.ph[1].p_filesz = sizeof(head.note) + sizeof(head.name) + sizeof(head.entry);
    memset(k->data, 0, sizeof(k->data));
    memcpy(k->data, &head, sizeof(head));
    for (size_t i = 0; i < KERNEL_LEN; i++) {
        k->data[4096 + i] = kernel_byte(i);
    }
    k->size = 4096 + KERNEL_LEN;
}

/* Puts a packed kernel where a bzImage has it: one setup sector, payload at 16 behind it. */
static void wrap_bzimage(struct image *k)
{
    static struct image in;
    uint32_t offset = 16, length = k->size + 4, size = 4096 + KERNEL_LEN;

    in = *k;
    memset(k->data, 0, 1024 + offset);
    k->data[0x1f1] = 1;
    memcpy(k->data + 0x202, "HdrS", 4);
    k->data[0x206] = 0x0f;
    k->data[0x207] = 0x02;
    memcpy(k->data + 0x248, &offset, 4);
    memcpy(k->data + 0x24c, &length, 4);
    memcpy(k->data + 1024 + offset, in.data, in.size);
    memcpy(k->data + 1024 + offset + in.size, &size, 4);
    k->size = 1024 + offset + in.size + 4;
}

static size_t pack_gzip(const struct image *in, struct image *out)
{
    z_stream s = {.next_in = (void *)in->data,
                  .avail_in = in->size,
                  .next_out = out->data,
                  .avail_out = sizeof(out->data)};

    deflateInit2(&s, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    deflate(&s, Z_FINISH);
    deflateEnd(&s);
    return s.total_out;
}

static size_t pack_xz(const struct image *in, struct image *out)
{
    size_t pos = 0;

    lzma_easy_buffer_encode(6, LZMA_CHECK_CRC32, NULL, in->data, in->size, out->data, &pos,
                            sizeof(out->data));
    return pos;
}

static size_t pack_lzma(const struct image *in, struct image *out)
{
    lzma_stream s = LZMA_STREAM_INIT;
    lzma_options_lzma options;

    lzma_lzma_preset(&options, 6);
    if (lzma_alone_encoder(&s, &options) != LZMA_OK) {
        return 0;
    }
    s.next_in = in->data;
    s.avail_in = in->size;
    s.next_out = out->data;
    s.avail_out = sizeof(out->data);
    if (lzma_code(&s, LZMA_FINISH) != LZMA_STREAM_END) {
        s.total_out = 0;
    }
    lzma_end(&s);
    return s.total_out;
}

static size_t pack_zstd(const struct image *in, struct image *out)
{
    return ZSTD_compress(out->data, sizeof(out->data), in->data, in->size, 3);
}

static size_t pack_bzip2(const struct image *in, struct image *out)
{
    unsigned int len = sizeof(out->data);

    BZ2_bzBuffToBuffCompress((char *)out->data, &len, (char *)in->data, in->size, 9, 0, 0);
    return len;
}

static size_t pack_lz4_legacy(const struct image *in, struct image *out)
{
    uint32_t magic = 0x184c2102;
    int n = LZ4_compress_default((const char *)in->data, (char *)out->data + 8, in->size,
                                 sizeof(out->data) - 8);

    memcpy(out->data, &magic, 4);
    memcpy(out->data + 4, &n, 4);
    return n + 8;
}

static size_t pack_lz4_frame(const struct image *in, struct image *out)
{
    return LZ4F_compressFrame(out->data, sizeof(out->data), in->data, in->size, NULL);
}

static size_t pack_nothing(const struct image *in, struct image *out)
{
    *out = *in;
    return in->size;
}

static const struct {
    const char *name;
    size_t (*pack)(const struct image *in, struct image *out);
} packers[] = {
    {"plain", pack_nothing}, {"gzip", pack_gzip},         {"xz", pack_xz},
    {"lzma", pack_lzma},     {"zstd", pack_zstd},         {"bzip2", pack_bzip2},
    {"lz4", pack_lz4_frame}, {"lz4 -l", pack_lz4_legacy},
};

static void write_file(const char *path, const void *data, size_t size)
{
    FILE *f = fopen(path, "wb");

    if (!f || fwrite(data, 1, size, f) != size || fclose(f)) {
        perror(path);
        exit(2);
    }
}

static void write_kernel(const struct image *k)
{
    write_file(kernel_path, k->data, k->size);
}

/* ---- Building ---- */

static struct xc_dom_image *new_image(uint64_t mib)
{
    struct xc_dom_image *dom = xc_dom_allocate(NULL, FAKE_DOMID);

    dom->kernel = kernel_path;
    dom->ramdisk = ramdisk_path;
    dom->cmdline = "console=hvc0";
    dom->memory_kb = mib << 10;
    dom->vcpus = 3;
    dom->console_port = 2;
    dom->store_port = 1;
    return dom;
}

static bool build(struct xc_dom_image *dom)
{
    bool ok = xc_dom_build(dom) == 0;

    xc_dom_release(dom);
    return ok;
}

static void guest_read(uint64_t paddr, void *to, size_t len)
{
    for (size_t i = 0; i < len; i++, paddr++) {
        uint8_t *page = fake_page(paddr >> XC_PAGE_SHIFT);

        ((uint8_t *)to)[i] = page ? page[paddr & ~XC_PAGE_MASK] : 0xff;
    }
}

static bool kernel_is_loaded(void)
{
    uint8_t got[KERNEL_LEN + KERNEL_BSS];

    guest_read(KERNEL_AT, got, sizeof(got));
    for (size_t i = 0; i < sizeof(got); i++) {
        if (got[i] != (i < KERNEL_LEN ? kernel_byte(i) : 0)) {
            return false;
        }
    }
    return true;
}

static uint8_t sum(uint64_t paddr, size_t len)
{
    uint8_t s = 0, b;

    while (len--) {
        guest_read(paddr++, &b, 1);
        s += b;
    }
    return s;
}

/* Each of the tables that the XSDT names, and the two at the root, add up to zero. */
static bool acpi_adds_up(uint64_t rsdp, unsigned int tables)
{
    uint64_t xsdt, table;
    uint32_t length;
    bool ok = sum(rsdp, 20) == 0 && sum(rsdp, 36) == 0;

    guest_read(rsdp + 24, &xsdt, 8);
    guest_read(xsdt + 4, &length, 4);
    ok = ok && length == 36 + 8 * tables && sum(xsdt, length) == 0;
    for (unsigned int i = 0; ok && i < tables; i++) {
        guest_read(xsdt + 36 + 8 * i, &table, 8);
        guest_read(table + 4, &length, 4);
        ok = length > 36 && sum(table, length) == 0;
    }
    return ok;
}

/* Where the table of this signature is; 0 for none. */
static uint64_t acpi_find(uint64_t rsdp, const char *signature)
{
    uint64_t xsdt, table;
    uint32_t length;
    char found[4];

    guest_read(rsdp + 24, &xsdt, 8);
    guest_read(xsdt + 4, &length, 4);
    for (unsigned int at = 36; at < length; at += 8) {
        guest_read(xsdt + at, &table, 8);
        guest_read(table, found, 4);
        if (!memcmp(found, signature, 4)) {
            return table;
        }
    }
    return 0;
}

static struct hvm_start_info start_info(void)
{
    struct hvm_start_info info;
    HVM_SAVE_TYPE(CPU) cpu;

    memcpy(&cpu, fake.context + 2 * sizeof(struct hvm_save_descriptor) + HVM_SAVE_LENGTH(HEADER),
           sizeof(cpu));
    guest_read(cpu.rbx, &info, sizeof(info));
    return info;
}

static void test_formats(void)
{
    static struct image elf, k;

    make_elf(&elf);
    for (size_t i = 0; i < sizeof(packers) / sizeof(packers[0]); i++) {
        k.size = packers[i].pack(&elf, &k);
        write_kernel(&k);
        fake_reset(GIB_PAGES);
        check(build(new_image(64)) && kernel_is_loaded(), packers[i].name);
        if (packers[i].pack != pack_nothing) {
            wrap_bzimage(&k);
            write_kernel(&k);
            fake_reset(GIB_PAGES);
            check(build(new_image(64)) && kernel_is_loaded(), "the same in a bzImage");
        }
    }
    write_kernel(&elf);
}

static void test_contents(void)
{
    struct hvm_start_info info;
    struct hvm_modlist_entry module;
    struct hvm_save_descriptor d;
    HVM_SAVE_TYPE(CPU) cpu;
    char text[32];

    fake_reset(2 * GIB_PAGES);
    check(build(new_image(64)), "a guest of 64 MiB");
    check(fake.mapped == 0, "nothing stays mapped");
    memcpy(&cpu, fake.context + 2 * sizeof(d) + HVM_SAVE_LENGTH(HEADER), sizeof(cpu));
    check(cpu.rip == ENTRY && cpu.cr0 == 0x11 && cpu.cs_arbytes == 0xc9b, "PVH entry state");
    guest_read(cpu.rbx, &info, sizeof(info));
    check(info.magic == XEN_HVM_START_MAGIC_VALUE && info.version == 1, "start info");
    guest_read(info.cmdline_paddr, text, sizeof(text));
    check(!strcmp(text, "console=hvc0"), "command line");
    guest_read(info.modlist_paddr, &module, sizeof(module));
    guest_read(module.paddr, text, 7);
    check(info.nr_modules == 1 && module.size == 7 && !memcmp(text, "ramdisk", 7), "ramdisk");
    check(acpi_adds_up(info.rsdp_paddr, 2), "ACPI checksums");
    check(info.memmap_entries == fake.map_entries && fake.map[0].size == 64 << 20, "memory map");
    check(fake.param[HVM_PARAM_STORE_PFN] == fake.grant[GNTTAB_RESERVED_XENSTORE].frame &&
              fake_page(fake.param[HVM_PARAM_CONSOLE_PFN]),
          "special pages are there and granted");
}

static void test_dirty_memory(void)
{
    fake_reset(GIB_PAGES);
    fake.scrub_pattern = 0xc2;
    check(build(new_image(64)) && kernel_is_loaded(), "memory that is not zero is cleared");
}

static void test_sizes(void)
{
    struct xc_dom_image *dom;

    fake_reset(4 * GIB_PAGES);
    check(build(new_image(3072)) && fake.populate_calls <= 6, "3 GiB by superpages");
    fake_reset(8 * GIB_PAGES);
    check(build(new_image(5120)) && fake_page(HIGH_START >> XC_PAGE_SHIFT) &&
              !fake_page(HOLE_START >> XC_PAGE_SHIFT),
          "5 GiB go around the hole");
    fake_reset(GIB_PAGES);
    fake.max_order = 9;
    check(build(new_image(1024)), "no 1 GiB pages: 2 MiB");
    fake_reset(GIB_PAGES);
    fake.max_order = 0;
    check(build(new_image(30)), "no superpages at all");
    fake_reset(GIB_PAGES);
    check(!build(new_image(16)) && strstr(fake.log, "too small") && !fake.populated,
          "too little for the kernel: refused before any memory is taken");
    dom = new_image(64);
    dom->vcpus = 2000;
    check(build(dom), "2000 vCPUs fit the ACPI tables");
}

static void test_nodes(void)
{
    struct xc_dom_vnode vnodes[] = {{16384, 0}, {16384, 1}};
    struct xc_dom_image *dom = new_image(128);

    fake_reset(GIB_PAGES);
    dom->nr_vnodes = 2;
    dom->vnodes = vnodes;
    dom->exact_nodes = true;
    check(build(dom) && fake.on_node[1] == 16384, "half on each node");

    fake_reset(GIB_PAGES);
    fake.node_free[1] = 1000;
    dom = new_image(128);
    dom->nr_vnodes = 2;
    dom->vnodes = vnodes;
    dom->exact_nodes = true;
    check(!build(dom) && strstr(fake.log, "node 1"), "exactly there or not at all");

    fake_reset(GIB_PAGES);
    fake.node_free[1] = 1000;
    dom = new_image(128);
    dom->nr_vnodes = 2;
    dom->vnodes = vnodes;
    check(build(dom), "preferred there, else elsewhere");
}

/* The numbers of an SRAT entry at the offset: its node, and for memory (type 1) base and size in
 * MiB. */
static bool srat_is(uint64_t srat, unsigned int at, uint8_t type, uint32_t node, uint64_t first,
                    uint64_t second)
{
    uint8_t e[40] = {0};
    uint32_t found;
    uint64_t base, size;

    guest_read(srat + at, e, type == 1 ? 40 : 24);
    memcpy(&found, e + (type == 1 ? 2 : 4), 4);
    memcpy(&base, e + 8, type == 1 ? 8 : 4);
    base = type == 1 ? base >> 20 : (uint32_t)base;
    memcpy(&size, e + 16, 8);
    return e[0] == type && found == node && base == first &&
           (type == 1 ? size >> 20 == second : e[12] == second);
}

static void test_vnuma(void)
{
    enum { MIB_PAGES = 256, HEAD = 48, CPU = 24, MEMORY = 40 };
    static const unsigned int homes[] = {1, 0, 1};
    static const uint8_t distance[] = {10, 25, 30, 10};
    struct xc_dom_vnode vnodes[] = {{1024 * MIB_PAGES, 0}, {2560 * MIB_PAGES, 1}};
    struct xc_dom_vnuma vnuma = {homes, distance};
    struct xc_dom_image *dom = new_image(3584);
    uint64_t rsdp, srat, slit;
    uint8_t seen[4];

    fake_reset(4 * GIB_PAGES);
    dom->nr_vnodes = 2;
    dom->vnodes = vnodes;
    dom->vnuma = &vnuma;
    check(build(dom), "a guest with two virtual nodes");
    rsdp = start_info().rsdp_paddr;
    check(acpi_adds_up(rsdp, 4), "ACPI checksums, SRAT and SLIT included");
    srat = acpi_find(rsdp, "SRAT");
    slit = acpi_find(rsdp, "SLIT");
    check(srat_is(srat, HEAD, 2, 1, 0, 1) && srat_is(srat, HEAD + CPU, 2, 0, 2, 1) &&
              srat_is(srat, HEAD + 2 * CPU, 2, 1, 4, 1),
          "each vCPU on its node");
    srat += HEAD + 3 * CPU;
    check(srat_is(srat, 0, 1, 0, 0, 1024) && srat_is(srat, MEMORY, 1, 1, 1024, 2048) &&
              srat_is(srat, 2 * MEMORY, 1, 1, 4096, 512),
          "each node's memory, above the hole, too");
    guest_read(slit + 44, seen, 4);
    check(!memcmp(seen, distance, 4), "distances, row by row");
}

static void test_claims(void)
{
    memory_claim_t set[] = {XEN_NODE_CLAIM_INIT(16384, 0), XEN_NODE_CLAIM_INIT(16384, 1)};
    struct xc_dom_image *dom = new_image(64);

    fake_reset(GIB_PAGES);
    check(build(dom) && fake.claim_calls == 0, "without claims no call is made for any");

    fake_reset(GIB_PAGES);
    dom = new_image(64);
    dom->claim_enabled = true;
    check(build(dom) && fake.claimed == 0, "a claim is released after success");

    fake_reset(4000);
    dom = new_image(64);
    dom->claim_enabled = true;
    check(!build(dom) && fake.populated == 0 && fake.populate_calls == 0,
          "a refused claim takes no page");
    check(strstr(fake.log, "65 MiB needed") && strstr(fake.log, "31 MiB free"),
          "and says what was needed and free");

    fake_reset(20000);
    fake.node_free[1] = 100;
    dom = new_image(128);
    dom->claim_enabled = true;
    dom->nr_claims = 2;
    dom->claims = set;
    check(!build(dom) && dom != NULL && strstr(fake.log, "node 1"), "the node that is short");
    check(fake.populated == 0, "nothing populated");
}

/* Makes the first call fail, then the second, and so on until the build gets through. */
static void test_each_failure(void)
{
    int n = 1;
    bool done = false;

    for (; !done && n < 1000; n++) {
        struct xc_dom_image *dom = new_image(64);

        fake_reset(GIB_PAGES);
        fake.fail_at = n;
        dom->claim_enabled = true;
        done = build(dom);
        if (done) {
            break;
        }
        if (fake.claimed || fake.mapped || !fake.log[0]) {
            printf("call %d failed: claimed %llu, mapped %u, log '%s'\n", n,
                   (unsigned long long)fake.claimed, fake.mapped, fake.log);
            failed++;
            return;
        }
    }
    check(done && n > 10, "every failed call is reported, its claim released, nothing left mapped");
}

/* Kernels with wrong bytes: whatever happens, it is not a crash and not a write outside. */
static void test_lies(unsigned int rounds)
{
    static struct image elf, k, packed;

    make_elf(&elf);
    srand(1);
    for (unsigned int i = 0; i < rounds; i++) {
        unsigned int p = rand() % (sizeof(packers) / sizeof(packers[0]));
        unsigned int flips = 1 + rand() % 8;

        k = elf;
        if (rand() & 1) {
            for (unsigned int f = 0; f < flips; f++) {
                k.data[rand() % 256] = rand();
            }
        }
        packed.size = packers[p].pack(&k, &packed);
        if (rand() & 1) {
            wrap_bzimage(&packed);
        }
        for (unsigned int f = 0; f < flips && rand() % 3; f++) {
            packed.data[rand() % packed.size] = rand();
        }
        if (rand() % 4 == 0) {
            packed.size = 1 + rand() % packed.size;
        }
        write_kernel(&packed);
        fake_reset(GIB_PAGES);
        if (!build(new_image(64)) && !fake.log[0]) {
            printf("round %u failed without a word\n", i);
            failed++;
            return;
        }
    }
    check(fake.mapped == 0, "kernels that lie");
    write_kernel(&elf);
}

int main(int argc, char **argv)
{
    int k = mkstemp(kernel_path), r = mkstemp(ramdisk_path);

    if (k < 0 || r < 0) {
        perror("mkstemp");
        return 2;
    }
    write_file(ramdisk_path, "ramdisk", 7);
    test_formats();
    test_contents();
    test_dirty_memory();
    test_sizes();
    test_nodes();
    test_vnuma();
    test_claims();
    test_each_failure();
    test_lies(argc > 1 ? strtoul(argv[1], NULL, 0) : 500);
    fake_reset(0);
    close(k);
    close(r);
    unlink(kernel_path);
    unlink(ramdisk_path);
    printf("%u passed, %u failed\n", passed, failed);
    return failed ? 1 : 0;
}
