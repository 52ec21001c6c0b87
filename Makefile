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

## test            all tests: units, our guests, whole systems
.PHONY: test
test: deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)MAKE="$(MAKE)" bash tools/tests/total.sh test-headers test-unit test-abi test-tools test-guest test-docs test-system

## test-headers    each header of the hypervisor alone, no cycles, no upward layers
.PHONY: test-headers
test-headers:
	$(Q)cd xen && bash scripts/check-headers.sh

## test-guest      kernels of ours as dom0 in QEMU; T=name for one, XEN=image for another hypervisor
.PHONY: test-guest
test-guest: xen
	$(Q)$(MAKE) --no-print-directory -C tools/tests/guest
	$(Q)$(PYTHON) tools/tests/guest/run.py --build $(BUILD) $(if $(XEN),--hv $(XEN)) $(T)

## qemu-boot       the hypervisor alone in QEMU, its console on this terminal (Ctrl-A x ends it); APPEND="options"
.PHONY: qemu-boot
qemu-boot: xen
	$(Q)qemu-system-x86_64 -machine q35,kernel-irqchip=split -accel tcg -smp 2 -m 2G -nographic -no-reboot \
	    -cpu max,+svm,-la57,-pku,-avx,-avx2,-f16c,-fma -kernel $(BUILD)/xen/xen -append "console=com1 $(APPEND)"

## run             shows the main job in QEMU: guests with claims, a refusal, runstates; then a shell in dom0
.PHONY: run
run: deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(PYTHON) tools/run/run.py --build $(BUILD)

## test-unit       the hypervisor's sources on the host, under sanitizers; T=name, SEED=n, ROUNDS=n
.PHONY: test-unit test-quick
test-unit:
	$(Q)$(MAKE) --no-print-directory -C tools/tests/unit T="$(T)"

## coverage        lines of the hypervisor that the unit tests run, per folder; FILES=1 per file
.PHONY: coverage
coverage:
	$(Q)$(MAKE) --no-print-directory -C tools/tests/unit coverage FILES=$(FILES)

## test-abi        the public headers against libxen-dev's, field by field; T=header for one
.PHONY: test-abi
test-abi:
	$(Q)$(MAKE) --no-print-directory -C tools/tests/abi test T="$(T)"

## test-quick      the unit tests with few rounds, and one boot: before each integration
test-quick:
	$(Q)ROUNDS=2 $(MAKE) --no-print-directory -C tools/tests/unit T="$(T)"
	$(Q)$(MAKE) --no-print-directory test-guest T=hello

## soak            the random and concurrent unit tests, the fuzzers and the scenarios for long: ROUNDS=2000, SECONDS=3600
.PHONY: soak
soak:
	$(Q)ROUNDS=$(or $(ROUNDS),2000) $(MAKE) --no-print-directory -C tools/tests/unit T="$(T)"
	$(Q)$(MAKE) --no-print-directory fuzz SECONDS=$(or $(SECONDS),3600)
	$(Q)LONG=1 $(MAKE) --no-print-directory test-guest T="sched-soak hostile-guest"
	$(Q)LONG=1 $(MAKE) --no-print-directory test-system

## bench           instructions: of heap and claims on the host; of calls and of dom0's boot in QEMU; beside the reference's
.PHONY: bench
bench:
	$(Q)$(MAKE) --no-print-directory -C tools/tests/bench

## test-tools      the toolstack's own tests on this host: build/tools/bin/test-host-*
.PHONY: test-tools
test-tools: tools
	$(Q)LD_LIBRARY_PATH=$(BUILD)/tools/lib bash tools/tests/host.sh $(BUILD)/tools/bin/test-host-*

## fuzz            fuzzers of the hypervisor's sources; T=name, SECONDS=n for each
.PHONY: fuzz
fuzz:
	$(Q)$(MAKE) --no-print-directory -C tools/tests/fuzz T="$(T)" $(if $(SECONDS),SECONDS=$(SECONDS))

## iso             a bootable image with GRUB (BIOS and EFI), the hypervisor, Debian as dom0 and our tools
.PHONY: iso
iso: deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(PYTHON) tools/run/iso.py --build $(BUILD)

## install         DESTDIR= PREFIX=: the hypervisor below /boot with its entry for update-grub, the tools below PREFIX
.PHONY: install
install: all man
	$(Q)$(MAKE) --no-print-directory -C tools install
	$(Q)for page in $(BUILD)/docs/man/*.[15]; do install -D -m 644 -t $(DESTDIR)$(MANDIR)/man$${page##*.} $$page; done
	$(Q)install -d $(DESTDIR)$(BOOTDIR)
	$(Q)install -m 644 $(BUILD)/xen/xen $(DESTDIR)$(BOOTDIR)/stake
	$(Q)if [ -f $(BUILD)/xen/xen.efi ]; then install -m 644 $(BUILD)/xen/xen.efi $(DESTDIR)$(BOOTDIR)/stake.efi; fi
	$(Q)install -D -m 755 tools/boot/15_stake $(DESTDIR)/etc/grub.d/15_stake

## test-system     scenarios with Debian's kernel as dom0 in QEMU; T=name for one, HV=reference for Debian's Xen
.PHONY: test-system
test-system: $(if $(filter reference,$(HV)),tools,all)
	$(Q)$(MAKE) --no-print-directory -C tools/tests/guest
	$(Q)$(PYTHON) tools/tests/system/run.py --build $(BUILD) --hv $(or $(HV),stake) $(T)

## docs            the documentation as HTML (warnings are errors); FORMAT=epub or latex draws diagrams by the mermaid CLI
SPHINX := $(PYTHON) -m sphinx -q -W --keep-going
.PHONY: docs docs-deps man test-docs
docs-deps: deps
	$(Q)sh config/deps.sh config/packages-docs.txt
docs: docs-deps
	$(Q)sh docs/mermaid.sh $(BUILD)/docs/mermaid || echo "  DOCS    diagrams will need the network where they are read"
	$(Q)MERMAID_JS=$(BUILD)/docs/mermaid $(SPHINX) -b $(or $(FORMAT),html) docs $(BUILD)/docs/$(or $(FORMAT),html)
	$(Q)echo "  DOCS    $(BUILD)/docs/$(or $(FORMAT),html)"

## man             the manual pages; make install installs them
man: deps
	$(Q)$(SPHINX) -b man docs $(BUILD)/docs/man

## test-docs       the pages: build, links, diagrams, examples, installation, commands, quotes; T=name for one
test-docs: docs-deps tools
	$(Q)$(PYTHON) tools/tests/docs/run.py --build $(BUILD) $(T)

clean:
	rm -rf $(BUILD)

help:
	@sed -n 's/^## //p' Makefile
