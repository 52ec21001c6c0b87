# SPDX-License-Identifier: GPL-2.0-only
claim_NAME := test-claim
claim_USES := ctrl
claim_LIBS := -lxenforeignmemory
