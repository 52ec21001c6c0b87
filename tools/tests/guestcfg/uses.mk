# SPDX-License-Identifier: GPL-2.0-only
# xl's own sources under sanitizers: the syntax of configurations, their keys, devices, runstates.
guestcfg_NAME    := test-host-guestcfg
guestcfg_USES    := light
guestcfg_ALSO    := xl
guestcfg_HDR     := $(light_HDR)
guestcfg_CFLAGS  := -Ixl -Dmain=xl_main -Wno-missing-prototypes -fsanitize=address,undefined -fno-sanitize-recover=all
# What life.c has fakes of.
guestcfg_FAKE    := find_domain libxl_event_wait libxl_evenable_domain_death libxl_evdisable_domain_death \
                    libxl_retrieve_domain_configuration libxl_domain_create_new libxl_domain_unpause \
                    libxl_domain_pause libxl_domain_destroy libxl_domain_preserve
guestcfg_LDFLAGS := -fsanitize=address,undefined -Wl,--wrap=libxl_get_max_cpus,--wrap=libxl_get_max_nodes \
                    -Wl,--wrap=libxl_cpu_bitmap_alloc,--wrap=libxl_node_to_cpumap \
                    -Wl,--wrap=libxl_get_scheduler,--wrap=libxl_name_to_cpupoolid \
                    $(foreach f,$(guestcfg_FAKE),-Wl,--wrap=$(f))
guestcfg_LIBS    := -lxentoollog -lyajl -lm
