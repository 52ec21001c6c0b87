# SPDX-License-Identifier: GPL-2.0-only
# xl's tables of commands, options and keys against the manual's pages.
manual_NAME    := test-host-manual
manual_USES    := light
manual_ALSO    := xl
manual_HDR     := $(light_HDR)
manual_CFLAGS  := -Ixl -Dmain=xl_main -Wno-missing-prototypes -DMANUAL='"$(ROOT)/docs/man"'
manual_LDFLAGS := -Wl,--wrap=command_option
manual_LIBS    := -lxentoollog -lyajl -lm
