# SPDX-License-Identifier: GPL-2.0-only
# The tree's front door.  `make help` lists the targets.
include Config.mk

.PHONY: all xen tools clean help deps
all: xen tools

xen:
	$(Q)$(MAKE) --no-print-directory -C xen

tools:
	$(Q)if [ -f tools/Makefile ]; then $(MAKE) --no-print-directory -C tools; fi

# Installs the Debian packages that are missing (as root or through sudo).
deps:
	$(Q)sh config/deps.sh config/packages.txt

clean:
	rm -rf $(BUILD)

help:
	@sed -n 's/^## //p' Makefile
