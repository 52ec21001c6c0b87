# Many small guests at once (32 in the long form), created in parallel: all reach user space, all are destroyed, nothing is left.
# machine: mem=5120 smp=2 timeout=1800
N=$(rounds 6 32)
need "the daemons start" start_xen
echo 'claim_mode=1' >/etc/xen/xl.conf
gunzip -c /boot/vmlinux.gz >/boot/vmlinux
for i in $(seq $N); do guest_config m$i 96 'kernel = "/boot/vmlinux"' >/dev/null; done

# all_at_once PREFIX SUFFIX COMMAND...: xl COMMAND... PREFIXiSUFFIX for each of N guests, side by side.
all_at_once() {
    local i pids="" prefix="$1" suffix="$2"; shift 2
    for i in $(seq $N); do xl "$@" $prefix$i$suffix >/tmp/out$i 2>&1 & pids="$pids $!"; done
    wait $pids
}
none() { [ "$(domains)" = 0 ]; }

need "the first" first_guest m1 /etc/xen/m1.cfg /tmp/before

all_at_once /etc/xen/m .cfg create -q
check "all are created" test "$(domains)" = $N
all_ready() { [ "$(grep -l GUEST-READY /var/log/xen/console/guest-m*.log | wc -l)" = $N ]; }
check "all reach user space" until_true 1200 all_ready
xl list
all_at_once m "" destroy
check "all are destroyed" until_true 60 none
check "memory, event channels and xenstore as before" until_nothing_left 30 /tmp/before
