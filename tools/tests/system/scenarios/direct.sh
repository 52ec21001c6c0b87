# A guest is built and started by libxenctrl and libxenguest alone: kernel formats, one and two vCPUs, with a
# claim and without, and what is refused.
# machine: mem=2048 timeout=400

# boots NAME KERNEL MIB VCPUS [claim]: to user space with all of it, then destroyed.
boots() {
    local name=$1 id start=$(cut -d' ' -f1 /proc/uptime)
    id=$(test-direct "$1" "$2" /boot/guest.gz "$3" "$4" "console=hvc0" $5 | awk '/^domid/ {print $2}')
    note "$name: built in $(awk "{print \$1 - $start}" /proc/uptime) s"
    [ -n "$id" ] && until_true 90 console_has "$name" GUEST-READY
    tail -n 15 /var/log/xen/console/guest-$name.log
    console_has "$name" "GUEST-START cpus=$4 " && test-direct destroy "$id"
}

# refused KERNEL MIB PATTERN: fails with this message.
refused() {
    ! test-direct none "$1" "" "$2" 1 "" $4 >/tmp/out 2>&1
    cat /tmp/out; grep -q "$3" /tmp/out
}

need "the daemons start" start_xen
check "gzip'ed ELF, 1 vCPU" boots one /boot/vmlinux.gz 128 1
check "bzImage as shipped, 2 vCPUs, claimed" boots two /boot/vmlinuz 192 2 claim
gunzip -c /boot/vmlinux.gz >/tmp/elf
for format in gzip:-1 bzip2:-1 lz4:-l1 zstd:-1; do
    cmd=${format%:*}
    if command -v $cmd >/dev/null; then
        $cmd ${format#*:} -c /tmp/elf >/tmp/packed 2>/dev/null && check "ELF packed by $cmd" boots $cmd /tmp/packed 128 1
    fi
done
head -c 1000000 /boot/vmlinuz >/tmp/short
check "truncated kernel" refused /tmp/short 128 "cannot unpack\|neither a bzImage"
check "no kernel" refused /etc/passwd- 128 "No such file"
check "not a kernel" refused /test/lib.sh 128 "neither a bzImage nor an ELF"
check "too little memory" refused /boot/vmlinuz 32 "too small"
check "claim refused" refused /boot/vmlinuz 4096 "4097 MiB needed, the host has [0-9]* MiB free" claim
check "no domain left" test "$(xenstore-list /local/domain | tr '\n' ' ')" = "0 "
