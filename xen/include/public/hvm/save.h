/* SPDX-License-Identifier: MIT */
/*
 * The context of a domain's virtual hardware as a chain of records (XEN_DOMCTL_gethvmcontext and
 * _sethvmcontext).  Each record is a descriptor and `length` bytes; the chain starts with HEADER
 * and ends with END.
 */
#ifndef __XEN_PUBLIC_HVM_SAVE_H__
#define __XEN_PUBLIC_HVM_SAVE_H__

#include "../xen.h"

struct hvm_save_descriptor {
    uint16_t typecode; /* which record */
    uint16_t instance; /* which vCPU, or 0 */
    uint32_t length;   /* of what follows */
};

/* Ties a record's name to its number and type: never instantiated, only asked by the three macros
 * below. */
#define DECLARE_HVM_SAVE_TYPE(_x, _code, _type) \
    struct __HVM_SAVE_TYPE_##_x {               \
        _type t;                                \
        char c[_code];                          \
    }
#define HVM_SAVE_TYPE(_x)   __typeof__(((struct __HVM_SAVE_TYPE_##_x *)(0))->t)
#define HVM_SAVE_LENGTH(_x) (sizeof(HVM_SAVE_TYPE(_x)))
#define HVM_SAVE_CODE(_x)   (sizeof(((struct __HVM_SAVE_TYPE_##_x *)(0))->c))

struct hvm_save_end {
};
DECLARE_HVM_SAVE_TYPE(END, 0, struct hvm_save_end);

#include "../arch-x86/hvm/save.h"

#endif
