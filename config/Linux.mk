# SPDX-License-Identifier: GPL-2.0-only
# What the host system asks of the tools.
TOOL_CFLAGS := -std=gnu11 -O2 -g -fPIC -D_GNU_SOURCE
SONAME_FLAG  = -Wl,-soname,$(1)
