# SPDX-License-Identifier: GPL-2.0-only
store_NAME := test-store
store_USES :=
store_LIBS := -lxenstore
