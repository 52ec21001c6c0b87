// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hypercall page: a page of code that a guest has us fill by writing its address to an MSR, one
 * slot of 32 bytes a hypercall.  It hides which instruction this processor's extension calls us by.
 */
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/mm.h>
#include <xen/string.h>
#include "private.h"

#define SLOT_SIZE      32
#define OPCODE_MOV_EAX 0xb8
#define OPCODE_RET     0xc3

static void slot_fill(uint8_t *slot, uint32_t number)
{
    slot[0] = OPCODE_MOV_EAX;
    memcpy(slot + 1, &number, sizeof(number));
    memcpy(slot + 5, hvm_ops->hypercall_opcode, sizeof(hvm_ops->hypercall_opcode));
    slot[8] = OPCODE_RET;
}

/* The low bits of the address are the number of the page: there is only one. */
int hypercall_page_write(struct vcpu *v, uint64_t gpa)
{
    uint8_t slot[SLOT_SIZE];

    if (gpa & ~PAGE_MASK)
        return -EINVAL;
    memset(slot, 0xcc, sizeof(slot));
    for (unsigned int i = 0; i < PAGE_SIZE / SLOT_SIZE; i++) {
        slot_fill(slot, i);
        if (guest_phys_write(v->domain, gpa + i * SLOT_SIZE, slot, SLOT_SIZE))
            return -EINVAL;
    }
    return 0;
}
