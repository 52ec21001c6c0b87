/* SPDX-License-Identifier: GPL-2.0-only */
/* The unpacker's flat image (xen/unpack), to be copied into dom0. */
        .section .init.rodata, "a", @progbits
        .globl  unpack_blob, unpack_blob_end
        .balign 16
unpack_blob:
        .incbin UNPACK_BIN
unpack_blob_end:
        .section .note.GNU-stack, "", @progbits
