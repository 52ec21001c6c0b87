# SPDX-License-Identifier: GPL-2.0-only
# The domain builder's own sources over a hypervisor that is played by fake.c, under sanitizers.
builder_NAME    := test-host-builder
builder_USES    :=
builder_ALSO    := libs/guest
builder_CFLAGS  := -Ilibs/guest/include -Ilibs/ctrl/include -Ilibs/guest -fsanitize=address,undefined \
                   -fno-sanitize-recover=all
builder_LDFLAGS := -fsanitize=address,undefined
builder_LIBS    := -lz -llzma -lzstd -llz4 -lbz2 -lxentoollog
