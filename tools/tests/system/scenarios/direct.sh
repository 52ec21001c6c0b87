# A guest is built and started by libxenctrl and libxenguest alone: every kernel format, one and two vCPUs,
# with a claim and without, and the refusals.
# machine: mem=2048 smp=2 timeout=240
start_xen
mkdir -p /tmp/k

# boots NAME KERNEL MIB VCPUS [claim]
boots() {
    local name=$1 id
    id=$(test-direct "$1" "$2" /boot/guest.gz "$3" "$4" "console=hvc0" $5 | awk '/^domid/ {print $2}')
    [ -n "$id" ] && until_true 90 console_has "$name" GUEST-READY
    echo "id=$id"; tail -n 15 /var/log/xen/console/guest-$name.log
    console_has "$name" GUEST-READY && console_has "$name" "cpus=$4 " && test-direct destroy "$id"
}

check "gzip'ed ELF, 1 vCPU" boots one /boot/vmlinux.gz 128 1
