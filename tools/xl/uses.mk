# SPDX-License-Identifier: GPL-2.0-only
# What xl is called and what it may use.
xl_NAME   := xl
xl_STATIC := yes
xl_USES := light
xl_LIBS := -lxentoollog -lyajl -lm
xl_HDR  := $(light_HDR)
