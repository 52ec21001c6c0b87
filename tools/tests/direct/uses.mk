# SPDX-License-Identifier: GPL-2.0-only
direct_NAME := test-direct
direct_USES := guest ctrl
direct_LIBS := -lxenstore -lxentoollog
