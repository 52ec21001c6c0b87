// SPDX-License-Identifier: GPL-2.0-only
/*
 * FPU, SSE, AVX and whatever else XSAVE covers: the guest's while it runs, saved when it leaves its
 * CPU.  The hypervisor itself uses none of it.
 *
 * Everything the processor has is saved, whatever the CPUID policy shows: a guest may enable more
 * by XSETBV, which is not intercepted (some emulators could not), so XCR0 is read back instead of
 * tracked. A vCPU that comes back to where it last ran, with only idling in between, finds its
 * state still there.
 */
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/percpu.h>
#include <xen/smp.h>
#include <xen/string.h>
#include <xen/xmalloc.h>
#include <asm/processor.h>
#include "private.h"

#define CPUID_XSTATE     0xd
#define CPUID_ECX_XSAVE  (1u << 26) /* leaf 1 */
#define CPUID_SIZES      0x80000008
#define CPUID_EBX_RSTR   (1u << 2) /* of it: restores x87 pointers always */
#define FXSAVE_SIZE      512
#define MXCSR_OFFSET     24
#define MXCSR_MASK       28     /* offset: the bits of MXCSR that there are, 0 for those below */
#define MXCSR_MASK_OLD   0xffbf /* APM vol. 2, 11.4.4.2 */
#define XSTATE_BV_OFFSET 512    /* which components are not in their initial state */
#define XSTATE_LEGACY    3ULL   /* FPU and SSE */
#define MXCSR_RESET      0x1f80
#define XCR0_RESET       1ULL /* the FPU, always on */
#define NO_CPU           (~0u)

struct xstate {
    uint64_t xcr0;
    unsigned int loaded_on; /* the CPU whose registers may still hold it */
    void *area;
};

static DEFINE_PER_CPU(struct xstate *, xstate_owner); /* whose state the registers hold */
static uint64_t host_features;                        /* 0: no XSAVE, only FXSAVE */
static unsigned int area_size = FXSAVE_SIZE;
static uint32_t mxcsr_mask;
static bool pointers_stay; /* see pointers_forget() */

uint64_t xstate_features(void)
{
    return host_features;
}

static uint64_t xcr0_read(void)
{
    uint32_t low, high;

    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return ((uint64_t)high << 32) | low;
}

static void xcr0_write(uint64_t value)
{
    __asm__ volatile("xsetbv" ::"c"(0), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

static uint32_t mxcsr_mask_read(void)
{
    static uint8_t area[FXSAVE_SIZE] aligned_to(16);
    uint32_t mask;

    __asm__ volatile("fxsave (%0)" ::"r"(area) : "memory");
    memcpy(&mask, area + MXCSR_MASK, sizeof(mask));
    return mask ? mask : MXCSR_MASK_OLD;
}

void xstate_cpu_init(void)
{
    struct cpuid_leaf leaf;

    write_cr0(read_cr0() & ~(X86_CR0_TS | X86_CR0_EM));
    write_cr4(read_cr4() | X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT);
    if (!mxcsr_mask) /* before there are other processors */
        mxcsr_mask = mxcsr_mask_read();
    pointers_stay = !(cpuid(CPUID_SIZES).b & CPUID_EBX_RSTR);
    if (!(cpuid(1).c & CPUID_ECX_XSAVE))
        return;
    write_cr4(read_cr4() | X86_CR4_OSXSAVE);
    leaf = cpuid_count(CPUID_XSTATE, 0);
    host_features = leaf.a | ((uint64_t)leaf.d << 32);
    xcr0_write(host_features);
    area_size = cpuid_count(CPUID_XSTATE, 0).b;
}

/* As after power-on: all components in their initial state, which a header of zeroes means. */
void xstate_reset(struct vcpu *v)
{
    struct xstate *x = v->arch.xstate;
    uint8_t *area = x->area;

    memset(area, 0, area_size);
    *(uint32_t *)(area + MXCSR_OFFSET) = MXCSR_RESET;
    *(uint16_t *)area = 0x37f; /* FCW, for FXRSTOR, which has no header */
    x->xcr0 = XCR0_RESET;
    x->loaded_on = NO_CPU;
}

int xstate_init(struct vcpu *v)
{
    struct xstate *x = xzalloc(struct xstate);

    if (!x)
        return -ENOMEM;
    x->area = xzalloc_bytes(area_size, 64);
    if (!x->area) {
        xfree(x);
        return -ENOMEM;
    }
    v->arch.xstate = x;
    xstate_reset(v);
    return 0;
}

void xstate_destroy(struct vcpu *v)
{
    if (!v->arch.xstate)
        return;
    xfree(v->arch.xstate->area);
    xfree(v->arch.xstate);
    v->arch.xstate = NULL;
}

/* The legacy part, as FXSAVE has it: of a vCPU that does not run. */
void xstate_get_fpu(struct vcpu *v, void *fpu)
{
    memcpy(fpu, v->arch.xstate->area, FXSAVE_SIZE);
}

/* Loading an MXCSR with bits that it does not have is #GP, and would be ours. */
bool xstate_fpu_is_valid(const void *fpu)
{
    uint32_t mxcsr;

    memcpy(&mxcsr, (const uint8_t *)fpu + MXCSR_OFFSET, sizeof(mxcsr));
    return !(mxcsr & ~mxcsr_mask);
}

void xstate_set_fpu(struct vcpu *v, const void *fpu)
{
    xstate_reset(v);
    memcpy(v->arch.xstate->area, fpu, FXSAVE_SIZE);
    if (host_features)
        *(uint64_t *)((char *)v->arch.xstate->area + XSTATE_BV_OFFSET) = XSTATE_LEGACY;
}

uint64_t xstate_xcr0(struct vcpu *v)
{
    return host_features ? xcr0_read() : XCR0_RESET;
}

void xstate_switch_from(struct vcpu *v)
{
    struct xstate *x = v->arch.xstate;

    if (host_features) {
        x->xcr0 = xcr0_read();
        xcr0_write(host_features);
        __asm__ volatile("xsave64 (%0)" ::"r"(x->area), "a"(-1), "d"(-1) : "memory");
    } else {
        __asm__ volatile("fxsave64 (%0)" ::"r"(x->area) : "memory");
    }
    x->loaded_on = smp_processor_id();
    this_cpu(xstate_owner) = x;
}

/*
 * AMD's processors load the x87 instruction and operand pointers only with an exception pending
 * (APM vol. 5, FXRSTOR): else those of the vCPU before would stay, and tell of its addresses.  Any
 * operation with memory sets them: this one cannot fault, whatever is in the registers.
 */
static void pointers_forget(void)
{
    static const int32_t zero;

    if (pointers_stay)
        __asm__ volatile("fnclex; ffree %%st(7); fildl %0" ::"m"(zero));
}

void xstate_switch_to(struct vcpu *v)
{
    struct xstate *x = v->arch.xstate;

    if (this_cpu(xstate_owner) != x || x->loaded_on != smp_processor_id()) {
        pointers_forget();
        if (host_features)
            __asm__ volatile("xrstor64 (%0)" ::"r"(x->area), "a"(-1), "d"(-1) : "memory");
        else
            __asm__ volatile("fxrstor64 (%0)" ::"r"(x->area) : "memory");
    }
    this_cpu(xstate_owner) = NULL;
    if (host_features)
        xcr0_write(x->xcr0);
}
