# SPDX-License-Identifier: GPL-2.0-only
# libxl's own sources, those that need no hypervisor, under sanitizers: types, JSON, bitmaps, placement.
types_NAME    := test-host-types
types_USES    := ctrl guest
types_ALSO    := libs/light
types_GEN     := $(light_GEN)
types_HDR     := $(light_HDR)
types_CFLAGS  := -Ilibs/light -Ilibs/light/include -fsanitize=address,undefined -fno-sanitize-recover=all
types_LDFLAGS := -fsanitize=address,undefined
types_LIBS    := -lxenstore -lxentoollog -lyajl -lpthread
