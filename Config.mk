# SPDX-License-Identifier: GPL-2.0-only
# Facts shared by every Makefile of the tree: version, target, directories, flags.

XEN_VERSION    := 4
XEN_SUBVERSION := 17
XEN_EXTRAVERSION := .0-stake
STAKE_VERSION  := 0.1

ROOT  := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))
BUILD ?= $(ROOT)/build
ARCH  := x86_64

include $(ROOT)/config/$(ARCH).mk
include $(ROOT)/config/Linux.mk
include $(ROOT)/config/Paths.mk

# debug=n drops assertions and the heap's self-checks.
debug ?= y

CC      := gcc
HOSTCC  := gcc
PYTHON  := /usr/bin/python3
WARN    := -Wall -Wextra -Werror -Wno-unused-parameter -Wno-missing-field-initializers \
           -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla

ifeq ($(V),1)
Q :=
else
Q := @
endif
# say VERB FILE: one line a built file.
say = @printf '  %-7s %s\n' '$(1)' '$(2)'
