# SPDX-License-Identifier: GPL-2.0-only
# What the target processor asks of the compiler.
XEN_ARCH      := x86
XEN_ARCHFLAGS := -m64 -march=x86-64 -mno-red-zone -mcmodel=kernel -mgeneral-regs-only -fno-pic -fno-pie -fcf-protection=none
