# SPDX-License-Identifier: GPL-2.0-only
# libxl's own sources on a xenstore and a hypervisor that are not there: devices and what is kept of them.
devices_NAME    := test-host-devices
devices_USES    := ctrl guest
devices_ALSO    := libs/light
devices_GEN     := $(light_GEN)
devices_HDR     := $(light_HDR)
devices_CFLAGS  := -Ilibs/light -Ilibs/light/include -DLIB_DIR='"/tmp/test-host-devices"' \
                   -fsanitize=address,undefined -fno-sanitize-recover=all
devices_LDFLAGS := -fsanitize=address,undefined
devices_LIBS    := -lxentoollog -lyajl -lpthread
