# SPDX-License-Identifier: GPL-2.0-only
# The example of the documentation: a guest through libxl's public headers alone.
create_NAME := test-create
create_USES := light
create_LIBS := -lxentoollog
create_HDR  := $(light_HDR)
