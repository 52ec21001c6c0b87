# SPDX-License-Identifier: GPL-2.0-only
# What libxenlight is called and what it may use; its types are built from their description.
light_NAME := xenlight
light_USES := ctrl guest
light_LIBS := -lxenstore -lxentoollog -lyajl -lpthread
light_CFLAGS := -Ilibs/light
light_GEN  := $(OUT)/gen/light/_libxl_types.c
light_HDR  := $(light_GEN)

$(light_GEN): libs/light/gentypes.py libs/light/types.idl
	@mkdir -p $(@D)
	$(call say,GEN,tools/libs/light/types.idl)
	$(Q)$(PYTHON) $^ $(@D)
