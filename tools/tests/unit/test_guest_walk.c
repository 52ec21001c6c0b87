/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's page tables walked in software: every paging mode, every right, and tables that lead
 * nowhere. The guest is a piece of memory; its frames are the host's own.
 */
// Sources: arch/x86/hvm/guest_walk.c common/guest_access.c common/memory/frames.c
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/p2m.h>
#include <xen/string.h>
#include <asm/hvm_ops.h>
#include <asm/msr.h>
#include <asm/processor.h>

#include "host.h"
#include "unit.h"

#define P  1ULL
#define W  2ULL
#define U  4ULL
#define A  0x20ULL
#define D  0x40ULL
#define PS 0x80ULL
#define NX (1ULL << 63)

#define GUEST_FRAMES 64
#define RAM_START    0x40000000UL

static struct domain dom;
static struct vcpu vcpu;
static struct {
    uint64_t cr0, cr3, cr4, efer, cr2;
    unsigned int cpl;
    bool page_fault;
    uint32_t error;
} state;

/* --- what the walker calls --- */

static uint64_t get_cr(struct vcpu *v, unsigned int cr)
{
    return cr == 0 ? state.cr0 : cr == 3 ? state.cr3 : state.cr4;
}

static uint64_t get_efer(struct vcpu *v)
{
    return state.efer;
}

static const struct hvm_ops test_ops = {.get_cr = get_cr, .get_efer = get_efer};
const struct hvm_ops *hvm_ops = &test_ops;

unsigned int hvm_cpl(struct vcpu *v)
{
    return state.cpl;
}

unsigned int hvm_code_width(struct vcpu *v)
{
    return state.efer & EFER_LMA ? 8 : 4;
}

void hvm_get_segment(struct vcpu *v, enum hvm_segment_name which, struct hvm_segment *seg)
{
    memset(seg, 0, sizeof(*seg));
}

void hvm_inject_page_fault(struct vcpu *v, uint32_t error, uint64_t linear)
{
    state.page_fault = true;
    state.error = error;
    state.cr2 = linear;
}

static mfn_t frame_of(unsigned long gfn)
{
    return _mfn((RAM_START >> PAGE_SHIFT) + gfn);
}

/* Guest frames 0 to 63 are RAM, the last of them read-only. */
struct page_info *p2m_get_page(struct domain *d, gfn_t gfn, p2m_type_t *type, bool is_write)
{
    if (gfn_x(gfn) >= GUEST_FRAMES || (is_write && gfn_x(gfn) == GUEST_FRAMES - 1))
        return NULL;
    return mfn_to_page(frame_of(gfn_x(gfn)));
}

void page_put(struct page_info *pg)
{
}

/* --- a guest --- */

static uint64_t *guest64(unsigned long gfn)
{
    return mfn_to_virt(frame_of(gfn));
}

static uint32_t *guest32(unsigned long gfn)
{
    return mfn_to_virt(frame_of(gfn));
}

static void make_guest(void)
{
    host_add_ram(RAM_START, RAM_START + GUEST_FRAMES * PAGE_SIZE);
    memset(guest64(0), 0, GUEST_FRAMES * PAGE_SIZE);
    memset(&state, 0, sizeof(state));
    vcpu.domain = &dom;
}

/* Long mode: tables in frames 1 to 4, linear 0x1000 maps frame 9 with `rights`. */
static void long_mode(uint64_t rights)
{
    make_guest();
    state.cr0 = X86_CR0_PG | X86_CR0_PE | X86_CR0_WP;
    state.cr4 = X86_CR4_PAE;
    state.efer = EFER_LME | EFER_LMA | EFER_NXE;
    state.cr3 = 1 << 12;
    guest64(1)[0] = 2 << 12 | P | W | U;
    guest64(2)[0] = 3 << 12 | P | W | U;
    guest64(3)[0] = 4 << 12 | P | W | U;
    guest64(4)[1] = 9 << 12 | rights;
}

static uint32_t fault;

static paddr_t walk(uint64_t linear, unsigned int access)
{
    paddr_t gpa;

    return hvm_walk(&vcpu, linear, access, &gpa, &fault) ? ~0ULL : gpa;
}

UNIT_TEST(walk_unpaged, "Without paging a linear address is the physical one, of 32 bits.")
{
    make_guest();
    CHECK_EQ(walk(0x12345, HVM_WRITE), 0x12345);
    CHECK_EQ(walk(0x100012345, HVM_READ), 0x12345);
}

UNIT_TEST(walk_long, "Long mode, 4 KiB: the offset is kept, accessed and dirty are set as used.")
{
    long_mode(P | W | U);
    CHECK_EQ(walk(0x1abc, HVM_READ), 0x9abc);
    CHECK_EQ(guest64(4)[1], 9 << 12 | P | W | U | A);
    CHECK_EQ(guest64(1)[0] & A, A);
    CHECK_EQ(walk(0x1abc, HVM_WRITE), 0x9abc);
    CHECK_EQ(guest64(4)[1], 9 << 12 | P | W | U | A | D);
    CHECK_EQ(walk(0x2000, HVM_READ), ~0ULL);
    CHECK_EQ(fault, 0);
}

UNIT_TEST(walk_large, "2 MiB and 1 GiB pages keep the offset within them.")
{
    long_mode(P);
    guest64(3)[1] = 0x600000 | P | W | PS;
    guest64(2)[1] = 0x80000000 | P | W | PS;
    CHECK_EQ(walk(0x212345, HVM_READ), 0x612345);
    CHECK_EQ(walk(0x4abcdef0, HVM_READ), 0x8abcdef0);
}

UNIT_TEST(
    walk_rights,
    "Writing, users and fetching are judged by all levels together, with the right error code.")
{
    long_mode(P | W | U);
    guest64(3)[0] &= ~W;
    CHECK_EQ(walk(0x1000, HVM_WRITE), ~0ULL);
    CHECK_EQ(fault, 3);
    CHECK_EQ(guest64(4)[1] & D, 0);
    state.cr0 &= ~X86_CR0_WP;
    CHECK_EQ(walk(0x1000, HVM_WRITE), 0x9000);
    CHECK_EQ(walk(0x1000, HVM_WRITE | HVM_USER), ~0ULL);
    CHECK_EQ(fault, 7);
    guest64(1)[0] &= ~U;
    CHECK_EQ(walk(0x1000, HVM_USER), ~0ULL);
    CHECK_EQ(fault, 5);
    guest64(2)[0] |= NX;
    CHECK_EQ(walk(0x1000, HVM_FETCH), ~0ULL);
    CHECK_EQ(fault, 0x11);
    state.efer &= ~EFER_NXE;
    CHECK_EQ(walk(0x1000, HVM_FETCH), 0x9000);
}

UNIT_TEST(walk_canonical,
          "An address that is not canonical is a fault, and not cut to one that is.")
{
    long_mode(P | W);
    CHECK_EQ(walk(0x0000800000001000, HVM_READ), ~0ULL);
    CHECK_EQ(walk(0xfffe000000001000, HVM_READ), ~0ULL);
    guest64(1)[511] = guest64(1)[0];
    CHECK_EQ(walk(0xffffff8000001000, HVM_READ), 0x9000);
}

UNIT_TEST(walk_pae, "PAE: four entries on top, which carry no rights; linear addresses of 32 bits.")
{
    make_guest();
    state.cr0 = X86_CR0_PG | X86_CR0_PE | X86_CR0_WP;
    state.cr4 = X86_CR4_PAE;
    state.cr3 = 0x1020;
    guest64(1)[4 + 3] = 2 << 12 | P;
    guest64(2)[0] = 3 << 12 | P | W | U;
    guest64(2)[1] = 0x600000 | P | W | PS;
    guest64(3)[5] = 9 << 12 | P | W | U;
    CHECK_EQ(walk(0xc0005123, HVM_WRITE | HVM_USER), 0x9123);
    CHECK_EQ(guest64(1)[7], 2 << 12 | P);
    CHECK_EQ(walk(0xc0212345, HVM_READ), 0x612345);
    CHECK_EQ(walk(0x5123, HVM_READ), ~0ULL);
}

UNIT_TEST(
    walk_32,
    "Two levels of 32-bit entries; 4 MiB pages where CR4.PSE says so, with address bits 32 to 39.")
{
    make_guest();
    state.cr0 = X86_CR0_PG | X86_CR0_PE;
    state.cr3 = 1 << 12;
    guest32(1)[0] = 2 << 12 | P | W | U;
    guest32(1)[1] = 0x00800000 | 1 << 13 | P | W | PS;
    guest32(2)[3] = 9 << 12 | P | W | U;
    CHECK_EQ(walk(0x3456, HVM_READ), 0x9456);
    CHECK_EQ(guest32(2)[3], 9 << 12 | P | W | U | A);
    state.cr4 = X86_CR4_PSE;
    CHECK_EQ(walk(0x412345, HVM_READ), 0x100812345);
}

UNIT_TEST(
    walk_nowhere,
    "Tables outside of RAM are not present entries; tables in read-only memory can be walked.")
{
    long_mode(P | W);
    guest64(3)[0] = 0x7000000 | P | W;
    CHECK_EQ(walk(0x1000, HVM_READ), ~0ULL);
    CHECK_EQ(fault, 0);
    state.cr3 = 0xfffffffff000;
    CHECK_EQ(walk(0x1000, HVM_READ), ~0ULL);
    long_mode(P | W);
    guest64(3)[0] = (GUEST_FRAMES - 1) << 12 | P | W;
    guest64(GUEST_FRAMES - 1)[1] = 9 << 12 | P | W;
    CHECK_EQ(walk(0x1000, HVM_WRITE), 0x9000);
}

UNIT_TEST(
    linear_copy,
    "Copies cross pages; a fault is queued with its address; what is no RAM is said to be none.")
{
    char text[6] = "";

    long_mode(P | W);
    guest64(4)[2] = 12 << 12 | P | W;
    CHECK_EQ(hvm_linear_write(&vcpu, 0x1ffd, "abcde", 6), 0);
    CHECK(!memcmp((char *)guest64(9) + 0xffd, "abc", 3));
    CHECK(!memcmp(guest64(12), "de", 3));
    CHECK_EQ(hvm_linear_read(&vcpu, 0x1ffd, text, 6), 0);
    CHECK(!memcmp(text, "abcde", 6));
    CHECK(!state.page_fault);
    state.cpl = 3;
    CHECK_EQ(hvm_linear_read(&vcpu, 0x1ffd, text, 6), -EFAULT);
    CHECK(state.page_fault);
    CHECK_EQ(state.cr2, 0x1ffd);
    CHECK_EQ(state.error, 5);
    state.cpl = 0;
    guest64(4)[3] = 0x7000000 | P | W;
    CHECK_EQ(hvm_linear_read(&vcpu, 0x3000, text, 1), -ENXIO);
}

UNIT_TEST(
    fetch_to_the_end,
    "Instruction bytes are fetched up to where the page ends, if the next one cannot be read.")
{
    uint8_t bytes[15];

    long_mode(P);
    vcpu.arch.regs.rip = 0x1ff8;
    CHECK_EQ(hvm_fetch(&vcpu, bytes, 15), 8);
    guest64(4)[2] = 12 << 12 | P;
    CHECK_EQ(hvm_fetch(&vcpu, bytes, 15), 15);
}
