# SPDX-License-Identifier: GPL-2.0-only
# What xl runstate prints, against the schema and the rules in docs/admin-guide/runstates.rst.
runstate_NAME    := test-host-runstate
runstate_USES    := light
runstate_ALSO    := xl
runstate_HDR     := $(light_HDR)
runstate_CFLAGS  := -Ixl -Dmain=xl_main -Wno-missing-prototypes -DPAGE='"$(ROOT)/docs/admin-guide/runstates.rst"'
runstate_LDFLAGS := -Wl,--wrap=list_named,--wrap=domain_name,--wrap=libxl_get_runstate
runstate_LIBS    := -lxentoollog -lyajl -lm
