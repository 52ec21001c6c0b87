# SPDX-License-Identifier: GPL-2.0-only
# What libxenguest is called and what it may use.
guest_NAME := xenguest
guest_USES := ctrl
guest_LIBS := -lxenforeignmemory -lxentoollog -lz -llzma -lzstd -llz4 -lbz2
