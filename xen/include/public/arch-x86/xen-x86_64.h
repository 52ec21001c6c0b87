/* SPDX-License-Identifier: MIT */
/* The 64-bit register frame, and what is left of paravirtual addresses for those who still ask. */
#ifndef __XEN_PUBLIC_ARCH_X86_XEN_X86_64_H__
#define __XEN_PUBLIC_ARCH_X86_XEN_X86_64_H__

#ifndef __XEN_PUBLIC_ARCH_X86_XEN_H__
#error "a part of arch-x86/xen.h: include that"
#endif

/* What XENVER_platform_parameters reports; no guest of ours sees anything there. */
#define __HYPERVISOR_VIRT_START 0xFFFF800000000000
#define __HYPERVISOR_VIRT_END   0xFFFF880000000000

#ifndef HYPERVISOR_VIRT_START
#define HYPERVISOR_VIRT_START xen_mk_ulong(__HYPERVISOR_VIRT_START)
#define HYPERVISOR_VIRT_END   xen_mk_ulong(__HYPERVISOR_VIRT_END)
#endif

#ifndef __ASSEMBLY__

/*
 * A register and its narrower parts.  The control tools and the hypervisor see every width; others
 * see the 64-bit name, and the old 32-bit one as a synonym where the dialect has nameless unions.
 */
#if defined(__XEN__) || defined(__XEN_TOOLS__)
#define XEN_REG_LEGACY(letter) \
    union {                    \
        uint64_t r##letter##x; \
        uint32_t e##letter##x; \
        uint16_t letter##x;    \
        struct {               \
            uint8_t letter##l; \
            uint8_t letter##h; \
        };                     \
    }
#define XEN_REG_POINTER(name) \
    union {                   \
        uint64_t r##name;     \
        uint32_t e##name;     \
        uint16_t name;        \
        uint8_t name##l;      \
    }
#define XEN_REG_WORD(name) \
    union {                \
        uint64_t r##name;  \
        uint32_t e##name;  \
        uint16_t name;     \
    }
#define XEN_REG_NUMBERED(num) \
    union {                   \
        uint64_t r##num;      \
        uint32_t r##num##d;   \
        uint16_t r##num##w;   \
        uint8_t r##num##b;    \
    }
#else
#if defined(__GNUC__) && !defined(__STRICT_ANSI__)
#define XEN_REG_POINTER(name)      \
    union {                        \
        uint64_t r##name, e##name; \
        uint32_t _e##name;         \
    }
#else
#define XEN_REG_POINTER(name) uint64_t r##name
#endif
#define XEN_REG_LEGACY(letter) XEN_REG_POINTER(letter##x)
#define XEN_REG_WORD(name)     XEN_REG_POINTER(name)
#define XEN_REG_NUMBERED(num)  uint64_t r##num
#endif

/* Lowest address first: what entry code pushes last, up to the frame that the processor pushes
 * itself. */
struct cpu_user_regs {
    XEN_REG_NUMBERED(15);
    XEN_REG_NUMBERED(14);
    XEN_REG_NUMBERED(13);
    XEN_REG_NUMBERED(12);
    XEN_REG_POINTER(bp);
    XEN_REG_LEGACY(b);
    XEN_REG_NUMBERED(11);
    XEN_REG_NUMBERED(10);
    XEN_REG_NUMBERED(9);
    XEN_REG_NUMBERED(8);
    XEN_REG_LEGACY(a);
    XEN_REG_LEGACY(c);
    XEN_REG_LEGACY(d);
    XEN_REG_POINTER(si);
    XEN_REG_POINTER(di);
    uint32_t error_code;
    uint32_t entry_vector;
    XEN_REG_WORD(ip);
    uint16_t cs, _pad0[1];
    uint8_t saved_upcall_mask;
    uint8_t _pad1[3];
    XEN_REG_WORD(flags);
    XEN_REG_POINTER(sp);
    uint16_t ss, _pad2[3];
    uint16_t es, _pad3[3];
    uint16_t ds, _pad4[3];
    uint16_t fs, _pad5[3];
    uint16_t gs, _pad6[3];
};
typedef struct cpu_user_regs cpu_user_regs_t;
DEFINE_XEN_GUEST_HANDLE(cpu_user_regs_t);

#undef XEN_REG_LEGACY
#undef XEN_REG_POINTER
#undef XEN_REG_WORD
#undef XEN_REG_NUMBERED

struct arch_vcpu_info {
    unsigned long cr2;
    unsigned long pad;
};
typedef struct arch_vcpu_info arch_vcpu_info_t;

#endif /* !__ASSEMBLY__ */

#endif
