/* SPDX-License-Identifier: GPL-2.0-only */
/* The hypervisor, as the program carries it: XEN_IMAGE is the file's path. */
    .section .rodata
    .balign 4096
    .globl xen_image, xen_image_end
xen_image:
    .incbin XEN_IMAGE
xen_image_end:
    .section .note.GNU-stack, "", @progbits
