# SPDX-License-Identifier: GPL-2.0-only
# xl's own sources under sanitizers: the syntax of configurations, their keys, devices, runstates.
guestcfg_NAME    := test-host-guestcfg
guestcfg_USES    := light
guestcfg_ALSO    := xl
guestcfg_HDR     := $(light_HDR)
guestcfg_CFLAGS  := -Ixl -Dmain=xl_main -Wno-missing-prototypes -fsanitize=address,undefined -fno-sanitize-recover=all
guestcfg_LDFLAGS := -fsanitize=address,undefined -Wl,--wrap=libxl_get_max_cpus,--wrap=libxl_get_max_nodes \
                    -Wl,--wrap=libxl_cpu_bitmap_alloc,--wrap=libxl_node_to_cpumap \
                    -Wl,--wrap=libxl_get_scheduler,--wrap=libxl_name_to_cpupoolid
guestcfg_LIBS    := -lxentoollog -lyajl -lm
