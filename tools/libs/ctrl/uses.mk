# SPDX-License-Identifier: GPL-2.0-only
# What libxenctrl is called and what it may use.
ctrl_NAME := xenctrl
ctrl_USES :=
ctrl_LIBS := -lxencall -lxenforeignmemory -lxentoollog
