# Debian's kernel as dom0 to user space and to a clean power-off, on machines of several shapes.
# machine: mem=1024 smp=1 timeout=240
# machine: mem=2048 smp=2 nodes=2 timeout=240
# (Four CPUs on a host that has two: a watchdog of seconds would judge the host.)
# machine: mem=2048 smp=4 linux=nosoftlockup timeout=400
# machine: mem=2048 smp=1 dom0_max_vcpus=2 iommu=none timeout=240
need "the daemons start" start_xen
check "hypervisor type" test "$(cat /sys/hypervisor/type)" = xen
check "version 4.17" test "$(cat /sys/hypervisor/version/major).$(cat /sys/hypervisor/version/minor)" = 4.17
check "PVH" test "$(cat /sys/hypervisor/guest_type)" = PVH
check "as many vCPUs as xl says" test "$(nproc)" = "$(xl vcpu-list Domain-0 | grep -c '^Domain-0 ')"
check "every vCPU works" sh -c 'for c in $(seq 0 $(($(nproc) - 1))); do taskset $((1 << c)) true || exit 1; done'
check "nodes as the machine has them" sh -c 'xl info | grep -q "^nr_nodes *: [12]$"'
check "no complaint about Xen in dmesg" sh -c '! dmesg | grep -iE "xen.*(fail|error|warn|bug)|(WARNING|BUG):" | grep -v "Failed to get CPU numbers"'
check "no panic of the hypervisor's, no assertion" sh -c '! xl dmesg | grep -E "Panic on CPU|ASSERT\(|BUG_ON\(|BUG at"'
