/* SPDX-License-Identifier: MIT */
/*
 * CPUID leaves by which a guest finds the hypervisor.  They start at XEN_CPUID_FIRST_LEAF, or at a
 * multiple of 0x100 above it if another interface is offered there. +0  eax: last leaf; ebx, ecx,
 * edx: "XenVMMXenVMM" +1  eax: version, major << 16 | minor +2  eax: hypercall pages; ebx: MSR that
 * fills one; ecx, edx: feature bits +3  time: sub-leaf 0 mode, frequency and incarnation; 1 scale
 * and offset; 2 host frequency +4  eax: XEN_HVM_CPUID_ bits; ebx: vCPU number; ecx: domain
 * identifier
 */
#ifndef __XEN_PUBLIC_ARCH_X86_CPUID_H__
#define __XEN_PUBLIC_ARCH_X86_CPUID_H__

#define XEN_CPUID_FIRST_LEAF 0x40000000
#define XEN_CPUID_LEAF(i)    (XEN_CPUID_FIRST_LEAF + (i))

#define XEN_CPUID_SIGNATURE_EBX 0x566e6558 /* "XenV" */
#define XEN_CPUID_SIGNATURE_ECX 0x65584d4d /* "MMXe" */
#define XEN_CPUID_SIGNATURE_EDX 0x4d4d566e /* "nVMM" */

#define XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD (1u << 0)

#define XEN_HVM_CPUID_APIC_ACCESS_VIRT (1u << 0)
#define XEN_HVM_CPUID_X2APIC_VIRT      (1u << 1)
#define XEN_HVM_CPUID_IOMMU_MAPPINGS \
    (1u << 2) /* mapped grants and foreign pages are known to the IOMMU */
#define XEN_HVM_CPUID_VCPU_ID_PRESENT (1u << 3)
#define XEN_HVM_CPUID_DOMID_PRESENT   (1u << 4)
#define XEN_HVM_CPUID_EXT_DEST_ID     (1u << 5)
#define XEN_HVM_CPUID_UPCALL_VECTOR   (1u << 6) /* HVMOP_set_evtchn_upcall_vector is there */

#define XEN_CPUID_MACHINE_ADDRESS_WIDTH_MASK (0xffu << 0)
#define XEN_CPUID_MAX_NUM_LEAVES             5

#endif
