# Debian's kernel as dom0 to user space, by each loader, on machines of several shapes, its payload in each format; then
# a clean end, by power-off or by a restart that comes up again.
# machine: name=one mem=1024 smp=1 end=reboot timeout=240
# machine: name=two-nodes mem=2048 smp=2 nodes=2 payload=zstd end=poweroff timeout=240
# (Four CPUs on a host that has two: two minutes without progress are a lockup there, not 20 seconds.)
# machine: name=four mem=2048 smp=4 nodes=1 payload=lz4 linux=watchdog_thresh=60 end=reboot timeout=400
# machine: name=more-vcpus mem=2048 smp=1 dom0_max_vcpus=2 iommu=none payload=gzip end=poweroff timeout=240
# machine: name=grub-bios mem=2048 smp=2 loader=grub-bios end=reboot timeout=240
# machine: name=grub-ovmf mem=2048 smp=1 loader=grub-ovmf end=poweroff timeout=300
# machine: name=efi mem=2048 smp=1 loader=efi payload=elf end=reboot timeout=300

# said FILE...: each has something to say.
said() { local f; for f; do [ -n "$(cat "$f")" ] || return 1; done; }

need "the daemons start" start_xen
cd /sys/hypervisor
check "type" test "$(cat type)" = xen
check "version 4.17" test "$(cat version/major).$(cat version/minor)" = 4.17
check "version and extra as xl says" test "$(cat version/major).$(cat version/minor)$(cat version/extra)" = \
    "$(xl info | awk '/^xen_version/ { print $3 }')"
check "PVH" test "$(cat guest_type)" = PVH
check "dom0's UUID" test "$(cat uuid)" = 00000000-0000-0000-0000-000000000000
check "who built it, when, with what" said compilation/compiled_by compilation/compile_date compilation/compiler
check "built with gcc" grep -q gcc compilation/compiler
check "pages of 4 KiB" test $((0x$(cat properties/pagesize))) = 4096
check "hvm guests of 64 bits" grep -q hvm-3.0-x86_64 properties/capabilities
check "features as PVH has them" test $((0x$(cat properties/features) & 0xb04)) = $((0xb04))
check "the changeset is said" test -e properties/changeset
cd /
check "as many vCPUs as xl says" test "$(nproc)" = "$(xl vcpu-list Domain-0 | grep -c '^Domain-0 ')"
check "every vCPU works" sh -c 'for c in $(seq 0 $(($(nproc) - 1))); do taskset $((1 << c)) true || exit 1; done'
check "nodes as the machine has them" sh -c 'xl info | grep -q "^nr_nodes *: [12]$"'
# There is no hypercall for machine checks, of which Linux complains: its log of them would stay empty for ever.
complaints() { dmesg | grep -iE "xen.*(fail|error|warn|bug)|(WARNING|BUG):" | grep -v "xen_mcelog: Failed to get CPU"; }
check_not "no complaint about Xen in dmesg" complaints
check "no panic of the hypervisor's, no assertion" sh -c '! xl dmesg | grep -E "Panic on CPU|ASSERT\(|BUG_ON\(|BUG at"'
