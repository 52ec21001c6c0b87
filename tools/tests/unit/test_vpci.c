/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual PCI configuration space, on a made-up machine: a host bridge, a NIC with MSI and
 * MSI-X, a disk controller behind a bridge, an IOMMU.  Configuration registers are memory with a
 * mask of writable bits.
 */
#include <asm/domain.h>
#include <asm/hvm_io.h>
#include <asm/hwdom.h>
#include <asm/irq.h>
#include <asm/page.h>
#include <asm/vlapic.h>
#include <asm/vpci.h>
#include <setjmp.h>
#include <stdlib.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/iommu.h>
#include <xen/p2m.h>
#include <xen/pci.h>
#include <xen/shutdown.h>
#include <xen/string.h>
#include <xen/vmap.h>
#include <xen/xmalloc.h>

#include "arch/x86/hvm/hwdom_ports.h"
#include "host.h"
#include "unit.h"

/* --- the machine's configuration space --- */

struct function {
    uint32_t sbdf;
    uint8_t reg[256], writable[256];
};

static struct function functions[8];
static unsigned int function_count;

static struct function *function_at(uint32_t sbdf)
{
    for (unsigned int i = 0; i < function_count; i++)
        if (functions[i].sbdf == sbdf)
            return &functions[i];
    return NULL;
}

uint32_t pci_read(uint32_t sbdf, unsigned int reg, unsigned int size)
{
    struct function *f = function_at(sbdf);
    uint32_t value = ~0u >> (32 - 8 * size);

    CHECK(size == 1 || size == 2 || size == 4);
    CHECK((reg & 3) + size <= 4);
    if (f && reg + size <= sizeof(f->reg))
        memcpy(&value, &f->reg[reg], size);
    return value;
}

void pci_write(uint32_t sbdf, unsigned int reg, unsigned int size, uint32_t value)
{
    struct function *f = function_at(sbdf);

    CHECK(size == 1 || size == 2 || size == 4);
    CHECK((reg & 3) + size <= 4);
    for (unsigned int i = 0; f && i < size; i++) {
        uint8_t mask = f->writable[reg + i], byte = value >> (8 * i);

        f->reg[reg + i] = (f->reg[reg + i] & ~mask) | (byte & mask);
    }
}

static void put(struct function *f, unsigned int reg, unsigned int size, uint32_t value,
                uint32_t writable)
{
    memcpy(&f->reg[reg], &value, size);
    memcpy(&f->writable[reg], &writable, size);
}

static struct function *add_function(uint32_t sbdf, uint32_t class, uint8_t header)
{
    struct function *f = &functions[function_count++];

    f->sbdf = sbdf;
    put(f, PCI_VENDOR_ID, 4, 0x10d38086, 0);
    put(f, PCI_COMMAND, 2, 0, 0x0547);
    put(f, PCI_CLASS_REVISION, 4, class << 8, 0);
    put(f, PCI_HEADER_TYPE, 1, header, 0);
    return f;
}

#define HOST_BRIDGE PCI_SBDF(0, 0, 0)
#define NIC         PCI_SBDF(0, 0, 0x10)
#define BRIDGE      PCI_SBDF(0, 0, 0x18)
#define IOMMU       PCI_SBDF(0, 0, 0x20)
#define DISK        PCI_SBDF(0, 1, 0)

#define MSI_CAP  0x50
#define MSIX_CAP 0x70
#define TABLE    0xfebd0000u
#define TABLE_AT 0x800u
#define VECTORS  5u

static void make_nic(void)
{
    struct function *f = add_function(NIC, 0x020000, 0);

    put(f, PCI_STATUS, 2, PCI_STATUS_CAPS, 0);
    put(f, PCI_CAPABILITIES, 1, MSI_CAP, 0);
    put(f, MSI_CAP, 2, MSIX_CAP << 8 | PCI_CAP_MSI, 0);
    put(f, MSI_CAP + 2, 2, 0x8a, 0x71); /* 64 bits, up to 32 vectors */
    put(f, MSI_CAP + 4, 4, 0, ~3u);
    put(f, MSI_CAP + 8, 4, 0, ~0u);
    put(f, MSI_CAP + 12, 2, 0, 0xffff);
    put(f, MSIX_CAP, 2, PCI_CAP_MSIX, 0);
    put(f, MSIX_CAP + 2, 2, VECTORS - 1, 0xc000);
    put(f, MSIX_CAP + 4, 4, TABLE_AT | 3, 0); /* in BAR 3 */
    put(f, PCI_BAR0 + 12, 4, TABLE, 0xffffc000);
}

/* --- the rest of the machine --- */

#define RAM_END 0x80000000u

bool hwdom_may_map(const struct domain *d, paddr_t gpa)
{
    return gpa >= RAM_END;
}

static uint8_t device_memory[4 * PAGE_SIZE];
static paddr_t mapped_at;
static unsigned int removed_pages;

void *ioremap(paddr_t pa, size_t size)
{
    CHECK(size <= sizeof(device_memory));
    mapped_at = pa;
    return device_memory;
}

void iounmap(void *va)
{
    CHECK(va == device_memory);
    mapped_at = 0;
}

int p2m_remove(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned int order, p2m_type_t type)
{
    removed_pages++;
    return 0;
}

void p2m_batch_begin(struct domain *d)
{
}

void p2m_batch_end(struct domain *d)
{
}

#define IRQS 16
static struct {
    irq_handler_t *handler;
    void *data;
} irqs[IRQS];
static int irq_shortage;

int irq_alloc_vector(irq_handler_t *handler, void *data, unsigned int cpu,
                     struct msi_message *message)
{
    for (int i = 0; i < IRQS && !irq_shortage; i++)
        if (!irqs[i].handler) {
            irqs[i].handler = handler;
            irqs[i].data = data;
            message->address = 0xfee00000 + (cpu << 12);
            message->data = 0x80 + i;
            return i;
        }
    return -ENOSPC;
}

void irq_free_vector(int irq)
{
    CHECK(irq >= 0 && irqs[irq].handler);
    irqs[irq].handler = NULL;
}

static unsigned int irqs_in_use(void)
{
    unsigned int count = 0;

    for (unsigned int i = 0; i < IRQS; i++)
        count += irqs[i].handler != NULL;
    return count;
}

/* The device sends what it was told to: the machine's handler of that vector runs. */
static void device_sends(uint32_t data)
{
    CHECK(data >= 0x80 && data < 0x80 + IRQS && irqs[data - 0x80].handler);
    irqs[data - 0x80].handler(irqs[data - 0x80].data);
}

static uint64_t delivered_address;
static uint32_t delivered_data;

void vlapic_deliver_msi(struct domain *d, uint64_t address, uint32_t data)
{
    delivered_address = address;
    delivered_data = data;
}

static hvm_io_fn *ports, *mmcfg;

int hvm_io_register_port(struct domain *d, uint16_t first, unsigned int count, hvm_io_fn *fn)
{
    ports = fn;
    return 0;
}

int hvm_io_register_mmio(struct domain *d, paddr_t first, paddr_t size, hvm_io_fn *fn)
{
    mmcfg = fn;
    return 0;
}

void hwdom_port_access(uint16_t port, unsigned int size, bool is_write, uint64_t *data)
{
}

static unsigned int shutdown_reason = ~0u;
static jmp_buf after_shutdown;

void hwdom_shutdown(unsigned int reason)
{
    shutdown_reason = reason;
    longjmp(after_shutdown, 1);
}

void *xzalloc_bytes(size_t size, size_t align)
{
    return calloc(1, size);
}

void *xzalloc_array_bytes(size_t size, size_t align, size_t count)
{
    return calloc(count, size);
}

void xfree(void *p)
{
    free(p);
}

const struct iommu_ops *iommu_ops;
struct pci_mmcfg pci_mmcfg[PCI_MMCFG_MAX];
unsigned int pci_mmcfg_count;

static unsigned int assigned;

static int assign(struct domain *d, uint32_t sbdf)
{
    assigned++;
    return 0;
}

static const struct iommu_ops some_iommu = {.name = "test", .assign = assign};

/* --- the domain's side --- */

static struct domain the_domain, *const dom = &the_domain;
static struct vcpu vcpu0;
static struct vcpu *vcpus[1] = {&vcpu0};

static void make_machine(void)
{
    struct function *bridge;

    add_function(HOST_BRIDGE, 0x060000, 0);
    make_nic();
    bridge = add_function(BRIDGE, 0x060400, PCI_HEADER_BRIDGE);
    put(bridge, PCI_SECONDARY_BUS, 1, 1, 0xff);
    add_function(IOMMU, 0x080600, 0);
    add_function(DISK, 0x010601, 0);
    function_at(DISK)->reg[PCI_COMMAND] = 7; /* as firmware leaves it */

    dom->is_hardware = true;
    dom->max_vcpus = 1;
    dom->vcpu = vcpus;
    dom->arch.p2m = (struct p2m *)dom;
    vcpu0.domain = dom;
    pci_mmcfg_count = 1;
    pci_mmcfg[0] = (struct pci_mmcfg){.address = 0xb0000000, .end_bus = 255};
    CHECK_EQ(vpci_init(dom), 0);
}

static uint32_t config_read(uint32_t sbdf, unsigned int reg, unsigned int size)
{
    uint64_t address = 1u << 31 | sbdf << 8 | (reg & ~3u), data = 0, other = 0;

    ports(&vcpu0, 0xcf8, 4, true, &address);
    ports(&vcpu0, 0xcfc + (reg & 3), size, false, &data);
    mmcfg(&vcpu0, 0xb0000000 + (sbdf << 12) + reg, size, false, &other);
    CHECK_EQ((uint32_t)data, (uint32_t)other);
    return data & (~0u >> (32 - 8 * size));
}

static void config_write(uint32_t sbdf, unsigned int reg, unsigned int size, uint32_t value)
{
    uint64_t data = value;

    mmcfg(&vcpu0, 0xb0000000 + (sbdf << 12) + reg, size, true, &data);
}

static uint64_t table_read(unsigned int offset, unsigned int size)
{
    uint64_t data = 0;

    CHECK(vpci_msix_covers(dom, TABLE + TABLE_AT + offset));
    vpci_msix_access(&vcpu0, TABLE + TABLE_AT + offset, size, false, &data);
    return data;
}

static void table_write(unsigned int offset, unsigned int size, uint64_t data)
{
    vpci_msix_access(&vcpu0, TABLE + TABLE_AT + offset, size, true, &data);
}

static uint32_t device_word(unsigned int offset)
{
    uint32_t value;

    memcpy(&value, device_memory + TABLE_AT + offset, 4);
    return value;
}

/* --- */

UNIT_TEST(pci_scan, "The scan finds what is behind bridges; what is not there reads all ones; the "
                    "IOMMU is not there.")
{
    make_machine();
    CHECK_EQ(config_read(DISK, 0, 4), 0x10d38086);
    CHECK_EQ(config_read(PCI_SBDF(0, 2, 0), 0, 4), 0xffffffff);
    CHECK_EQ(config_read(IOMMU, 0, 4), 0xffffffff);
    CHECK_EQ(vpci_device_add(dom, IOMMU), 0);
    CHECK_EQ(vpci_device_add(dom, PCI_SBDF(0, 9, 0)), -ENODEV);
    config_write(IOMMU, PCI_COMMAND, 2, 7);
    CHECK_EQ(function_at(IOMMU)->reg[PCI_COMMAND], 0);
}

UNIT_TEST(
    pci_mastering,
    "Without an IOMMU no device masters the bus, not even as firmware left it; bridges do; it is "
    "said once.")
{
    make_machine();
    CHECK_EQ(function_at(DISK)->reg[PCI_COMMAND], 3);
    host_console();
    config_write(NIC, PCI_COMMAND, 2, 6);
    CHECK_EQ(config_read(NIC, PCI_COMMAND, 2), 2);
    CHECK(strstr(host_console(), "0000:00:02.0: bus mastering refused"));
    config_write(NIC, PCI_COMMAND, 4, 6);
    CHECK_EQ(config_read(NIC, PCI_COMMAND, 2), 2);
    CHECK_EQ(strlen(host_console()), 0);
    config_write(BRIDGE, PCI_COMMAND, 2, 6);
    CHECK_EQ(config_read(BRIDGE, PCI_COMMAND, 2), 6);
}

UNIT_TEST(pci_mastering_iommu,
          "With an IOMMU a device is handed to it, once, before it masters the bus.")
{
    iommu_ops = &some_iommu;
    make_machine();
    CHECK_EQ(assigned, 0);
    config_write(NIC, PCI_COMMAND, 1, 6);
    config_write(NIC, PCI_COMMAND, 1, 2);
    config_write(NIC, PCI_COMMAND, 1, 6);
    CHECK_EQ(assigned, 1);
    CHECK_EQ(config_read(NIC, PCI_COMMAND, 2), 6);
}

UNIT_TEST(
    pci_partial_access,
    "A register of ours is read and written by bytes, and beside a register of the machine's.")
{
    make_machine();
    config_write(NIC, MSI_CAP + 4, 1, 0x00);
    config_write(NIC, MSI_CAP + 5, 1, 0x10);
    config_write(NIC, MSI_CAP + 6, 2, 0xfee0);
    CHECK_EQ(config_read(NIC, MSI_CAP + 4, 4), 0xfee01000);
    CHECK_EQ(config_read(NIC, MSI_CAP + 6, 1), 0xe0);
    CHECK_EQ(config_read(NIC, MSI_CAP, 4), 0x00800000 | MSIX_CAP << 8 | PCI_CAP_MSI);
    /* Command (ours) and status (the machine's) by one write. */
    put(function_at(NIC), PCI_STATUS, 2, PCI_STATUS_CAPS, 0x8000);
    config_write(NIC, PCI_COMMAND, 4, 0x80000006);
    CHECK_EQ(config_read(NIC, PCI_COMMAND, 4), 0x80100002);
}

UNIT_TEST(pci_msi, "MSI: the guest reads back what it wrote, the device has the machine's message, "
                   "and the guest's arrives.")
{
    make_machine();
    config_write(NIC, MSI_CAP + 4, 4, 0xfee02000);
    config_write(NIC, MSI_CAP + 8, 4, 0);
    config_write(NIC, MSI_CAP + 12, 2, 0x41);
    CHECK_EQ(irqs_in_use(), 0);
    config_write(NIC, MSI_CAP + 2, 2, 0x81);
    CHECK_EQ(irqs_in_use(), 1);
    CHECK_EQ(config_read(NIC, MSI_CAP + 2, 2), 0x81);
    CHECK_EQ(config_read(NIC, MSI_CAP + 4, 4), 0xfee02000);
    CHECK_EQ(config_read(NIC, MSI_CAP + 12, 2), 0x41);
    CHECK_EQ(pci_read(NIC, MSI_CAP + 4, 4), 0xfee00000);
    CHECK(pci_read(NIC, MSI_CAP + 2, 2) & 1);
    device_sends(pci_read(NIC, MSI_CAP + 12, 2));
    CHECK_EQ(delivered_address, 0xfee02000);
    CHECK_EQ(delivered_data, 0x41);
    /* Moved to another vCPU while enabled: the next one goes there. */
    config_write(NIC, MSI_CAP + 4, 4, 0xfee04000);
    device_sends(pci_read(NIC, MSI_CAP + 12, 2));
    CHECK_EQ(delivered_address, 0xfee04000);
    /* The device is reset and the driver writes it all again. */
    pci_write(NIC, MSI_CAP + 12, 2, 0);
    config_write(NIC, MSI_CAP + 2, 2, 0x81);
    device_sends(pci_read(NIC, MSI_CAP + 12, 2));
    config_write(NIC, MSI_CAP + 2, 2, 0x80);
    CHECK_EQ(irqs_in_use(), 0);
    CHECK(!(pci_read(NIC, MSI_CAP + 2, 2) & 1));
}

UNIT_TEST(pci_msi_no_vector, "Where the machine has no vector left, MSI stays off and says so.")
{
    make_machine();
    irq_shortage = 1;
    config_write(NIC, MSI_CAP + 2, 2, 0x81);
    CHECK_EQ(config_read(NIC, MSI_CAP + 2, 2), 0x80);
    CHECK(!(pci_read(NIC, MSI_CAP + 2, 2) & 1));
}

UNIT_TEST(pci_msix_where,
          "The MSI-X table's pages are ours while memory is decoded, and follow the BAR.")
{
    make_machine();
    CHECK(!vpci_msix_covers(dom, TABLE + TABLE_AT));
    config_write(NIC, PCI_COMMAND, 2, 2);
    CHECK(vpci_msix_covers(dom, TABLE));
    CHECK(vpci_msix_covers(dom, TABLE + PAGE_SIZE - 1));
    CHECK(!vpci_msix_covers(dom, TABLE + PAGE_SIZE));
    CHECK(!vpci_msix_covers(dom, TABLE - 1));
    CHECK(vpci_msix_overlaps(dom, TABLE - PAGE_SIZE, 2 * PAGE_SIZE));
    CHECK(!vpci_msix_overlaps(dom, TABLE - PAGE_SIZE, PAGE_SIZE));
    CHECK_EQ(removed_pages, 1);
    config_write(NIC, PCI_COMMAND, 2, 0);
    CHECK(!vpci_msix_covers(dom, TABLE));
    CHECK_EQ(mapped_at, 0);
    config_write(NIC, PCI_BAR0 + 12, 4, 0xffffffff); /* sizing */
    CHECK_EQ(config_read(NIC, PCI_BAR0 + 12, 4), 0xffffc000);
    config_write(NIC, PCI_BAR0 + 12, 4, 0xc0000000);
    config_write(NIC, PCI_COMMAND, 2, 2);
    CHECK(vpci_msix_covers(dom, 0xc0000800));
    CHECK_EQ(mapped_at, 0xc0000000);
}

UNIT_TEST(pci_msix_ram, "A BAR that the domain points at memory brings no table there: what is not "
                        "the domain's to map, it does not reach this way either.")
{
    make_machine();
    config_write(NIC, PCI_COMMAND, 2, 2);
    config_write(NIC, PCI_BAR0 + 12, 4, RAM_END - 0x4000);
    CHECK(!vpci_msix_covers(dom, RAM_END - 0x4000 + TABLE_AT));
    CHECK_EQ(mapped_at, 0);
    config_write(NIC, PCI_BAR0 + 12, 4, RAM_END);
    CHECK(vpci_msix_covers(dom, RAM_END + TABLE_AT));
}

UNIT_TEST(pci_msix,
          "MSI-X: an entry fires where the guest says when neither it nor the function is masked.")
{
    make_machine();
    config_write(NIC, PCI_COMMAND, 2, 2);
    table_write(0x10, 8, 0xfee06000);
    table_write(0x18, 4, 0x51);
    CHECK_EQ(table_read(0x10, 4), 0xfee06000);
    CHECK_EQ(table_read(0x18, 8), 0x100000051); /* masked from reset */
    table_write(0x1c, 4, 0);
    CHECK_EQ(irqs_in_use(), 0);
    config_write(NIC, MSIX_CAP + 2, 2, 0xc000);
    CHECK_EQ(irqs_in_use(), 0);
    CHECK_EQ(device_word(0x1c), 1);
    config_write(NIC, MSIX_CAP + 2, 2, 0x8000);
    CHECK_EQ(irqs_in_use(), 1);
    CHECK_EQ(device_word(0x1c), 0);
    CHECK_EQ(device_word(0x0c), 1);
    CHECK_EQ(pci_read(NIC, MSIX_CAP + 2, 2) & 0xc000, 0x8000);
    device_sends(device_word(0x18));
    CHECK_EQ(delivered_address, 0xfee06000);
    CHECK_EQ(delivered_data, 0x51);
    table_write(0x1c, 4, 1);
    CHECK_EQ(device_word(0x1c), 1);
    CHECK_EQ(irqs_in_use(), 1); /* masking is cheap */
    config_write(NIC, MSIX_CAP + 2, 2, 0);
    CHECK_EQ(irqs_in_use(), 0);
}

UNIT_TEST(pci_msix_neighbours,
          "Other registers in the table's page pass through; odd accesses to the table do nothing.")
{
    uint64_t data = 0x12345678;

    make_machine();
    config_write(NIC, PCI_COMMAND, 2, 2);
    vpci_msix_access(&vcpu0, TABLE + 0x10, 4, true, &data);
    CHECK_EQ(device_memory[0x10], 0x78);
    device_memory[0x13] = 0x99;
    vpci_msix_access(&vcpu0, TABLE + 0x13, 1, false, &data);
    CHECK_EQ(data, 0x99);
    table_write(0x1c, 2, 0);
    table_write(0x1e, 4, 0);
    CHECK_EQ(table_read(0x1c, 4), 1);
    CHECK_EQ(table_read(VECTORS * 16, 4), 0); /* behind it */
}

UNIT_TEST(pci_reset_port, "The reset port resets by way of the hypervisor, and only with its bit.")
{
    uint64_t data = 0x02;

    make_machine();
    ports(&vcpu0, 0xcf9, 1, true, &data);
    CHECK_EQ(shutdown_reason, ~0u);
    data = 0x06;
    if (!setjmp(after_shutdown))
        ports(&vcpu0, 0xcf9, 1, true, &data);
    CHECK_EQ(shutdown_reason, 1);
}

UNIT_TEST(pci_everything_goes, "With its domain every vector goes back.")
{
    make_machine();
    config_write(NIC, PCI_COMMAND, 2, 2);
    config_write(NIC, MSI_CAP + 2, 2, 0x81);
    table_write(0x0c, 4, 0);
    config_write(NIC, MSIX_CAP + 2, 2, 0x8000);
    CHECK_EQ(irqs_in_use(), 2);
    vpci_destroy(dom);
    CHECK_EQ(irqs_in_use(), 0);
    CHECK_EQ(mapped_at, 0);
}

UNIT_TEST(pci_mmcfg_reserved, "A reservation of the known window is confirmed, another refused.")
{
    make_machine();
    CHECK_EQ(vpci_mmcfg_reserved(dom, 0xb0000000, 0, 0, 255, true), 0);
    CHECK_EQ(vpci_mmcfg_reserved(dom, 0xb0000000, 0, 0, 127, true), 0);
    CHECK_EQ(vpci_mmcfg_reserved(dom, 0xc0000000, 0, 0, 255, true), -ENODEV);
    CHECK_EQ(vpci_mmcfg_reserved(dom, 0xb0000000, 1, 0, 255, true), -ENODEV);
}

UNIT_TEST(pci_config_shapes, "Random accesses of all shapes to all functions do no harm.")
{
    static const uint8_t sizes[] = {1, 2, 4, 8};

    make_machine();
    for (unsigned int i = 0; i < unit_rounds(20000); i++) {
        unsigned int size = sizes[unit_random_below(4)];
        uint32_t sbdf = functions[unit_random_below(function_count)].sbdf;
        uint64_t data = unit_random();
        bool is_write = unit_random_below(2);

        if (unit_random_below(2))
            mmcfg(&vcpu0, 0xb0000000 + (sbdf << 12) + unit_random_below(256), size, is_write,
                  &data);
        else if (vpci_msix_covers(dom, TABLE))
            vpci_msix_access(&vcpu0, TABLE + unit_random_below(PAGE_SIZE - 8), size, is_write,
                             &data);
    }
    vpci_destroy(dom);
    CHECK_EQ(irqs_in_use(), 0);
}
