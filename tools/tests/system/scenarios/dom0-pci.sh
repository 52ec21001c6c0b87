# dom0 drives the machine's PCI devices through the IOMMU, at full width: an AHCI disk, an NVMe disk, an e1000e NIC.
# machine: mem=2048 smp=2 timeout=300 iommu=amd qemu="-drive file.driver=null-co,file.size=1G,file.read-zeroes=on,format=raw,snapshot=on,if=none,id=a -device ide-hd,drive=a -drive file.driver=null-co,file.size=1G,file.read-zeroes=on,format=raw,snapshot=on,if=none,id=n -device nvme,drive=n,serial=stake -netdev 'user,id=u,guestfwd=tcp:10.0.2.100:7-cmd:seq 1 2000000' -device e1000e,netdev=u"

# interrupts NAME: how many have arrived by lines of /proc/interrupts that mention NAME, all CPUs together.
interrupts() {
    awk -v name="$1" '$0 ~ name { for (i = 2; $i ~ /^[0-9]+$/; i++) n += $i } END { print n + 0 }' /proc/interrupts
}

by_msi() { grep "$1" /proc/interrupts | grep -q "PCI-MSI" && test "$(interrupts "$1")" -gt 0; }

# disk DEVICE MIB: a file of so many MiB comes back as it was written, after the page cache has been dropped.
disk() {
    local dev=$1 mib=$2 sum
    mkfs.ext2 -q "$dev" 2>/dev/null || mke2fs -q "$dev" || return 1
    mkdir -p /mnt/d && mount -t ext4 "$dev" /mnt/d || return 1
    dd if=/dev/urandom of=/tmp/piece bs=1M count=8 2>/dev/null
    for i in $(seq 1 $((mib / 8))); do cat /tmp/piece; echo "$i"; done >/mnt/d/file
    sum=$(for i in $(seq 1 $((mib / 8))); do cat /tmp/piece; echo "$i"; done | md5sum)
    umount /mnt/d && mount "$dev" /mnt/d || return 1
    test "$(md5sum </mnt/d/file)" = "$sum" && umount /mnt/d
}

for m in ahci sd_mod nvme e1000e crc32c_generic ext4; do modprobe $m; done
check "the AHCI disk is there" until_true 30 test -b /dev/sda
check "the NVMe disk is there" until_true 30 test -b /dev/nvme0n1
check "256 MiB on the AHCI disk" disk /dev/sda 256
check "256 MiB on the NVMe disk" disk /dev/nvme0n1 256
check "AHCI interrupts by MSI" by_msi ahci
check "NVMe interrupts by MSI-X" by_msi nvme
note "interrupts: ahci $(interrupts ahci), nvme $(interrupts nvme)"

nic=$(basename /sys/bus/pci/drivers/e1000e/*/net/*)
ip link set "$nic" up
until_true 20 grep -q 1 "/sys/class/net/$nic/carrier"
ip addr add 10.0.2.15/24 dev "$nic"
check "ping" ping -c 3 10.0.2.2
start=$(cut -d. -f1 /proc/uptime)
check "14 MiB by TCP" test "$(nc 10.0.2.100 7 </dev/null | md5sum)" = "$(seq 1 2000000 | md5sum)"
check "NIC interrupts by MSI-X" by_msi "$nic"
note "interrupts: $nic $(interrupts "$nic"); $(($(cut -d. -f1 /proc/uptime) - start)) s for TCP"
cat /proc/interrupts
