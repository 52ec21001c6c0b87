/* SPDX-License-Identifier: GPL-2.0-only */
/* A vCPU's control block: what must exit, and its debug registers as it comes to a CPU and leaves.
 */
// Sources: arch/x86/svm/svm.c arch/x86/svm/vmcb.c arch/x86/svm/exit.c
#include <asm/hvm_ops.h>
#include <asm/p2m.h>
#include <asm/processor.h>
#include <stdlib.h>
#include <xen/domain.h>
#include <xen/lib.h>
#include <xen/page_alloc.h>
#include <xen/string.h>
#include <xen/xmalloc.h>

#include "arch/x86/svm/svm.h"
#include "unit.h"

static struct svm_domain ports;
static struct domain dom;
static struct vcpu vcpu = {.domain = &dom};
static struct vmcb vmcb;
static unsigned int loads;
static uint8_t injected;

void hvm_debug_load(struct vcpu *v)
{
    loads++;
}

void hvm_inject_exception(struct vcpu *v, uint8_t vector, uint32_t error)
{
    injected = vector;
}

void *xzalloc_bytes(size_t size, size_t align)
{
    return calloc(1, size);
}

void *alloc_xenheap_pages(unsigned int order, unsigned int memflags)
{
    return &vmcb;
}

paddr_t p2m_root(const struct domain *d)
{
    return 0x1000;
}

void svm_asid_drop(struct vcpu *v)
{
}

void svm_take_back_event(struct vcpu *v)
{
}

static void make_vcpu(void)
{
    dom.arch.svm = &ports;
    CHECK_EQ(svm_vcpu_create(&vcpu), 0);
}

UNIT_TEST(svm_debug_registers,
          "A vCPU with breakpoints enabled comes to a CPU with its own addresses; "
          "another gets them when it first asks.")
{
    make_vcpu();
    vmcb.dr7 = 0x400;
    svm_ops.switch_to(&vcpu);
    CHECK_EQ(loads, 0);
    CHECK(vmcb.dr_read == 0xffff && vmcb.dr_write == 0xffff);
    vmcb.exitcode = SVM_EXIT_DR0_READ + 7;
    svm_ops.handle_exit(&vcpu);
    CHECK_EQ(loads, 1);
    CHECK(!vmcb.dr_read && !vmcb.dr_write);
    svm_ops.switch_from(&vcpu);
    CHECK(vmcb.dr_read == 0xffff && vmcb.dr_write == 0xffff);
    vmcb.dr7 = 0x90401;
    svm_ops.switch_to(&vcpu);
    CHECK_EQ(loads, 2);
    CHECK(!vmcb.dr_read && !vmcb.dr_write);
}

UNIT_TEST(svm_endless_exceptions,
          "Exceptions whose delivery can raise them again pass through us: a guest "
          "cannot keep the processor in them.")
{
    const uint8_t vectors[] = {X86_TRAP_DB, X86_TRAP_AC};

    make_vcpu();
    for (unsigned int i = 0; i < ARRAY_SIZE(vectors); i++) {
        CHECK(vmcb.exceptions & (1u << vectors[i]));
        vmcb.exitcode = SVM_EXIT_EXCEPTION + vectors[i];
        svm_ops.handle_exit(&vcpu);
        CHECK_EQ(injected, vectors[i]);
    }
}
