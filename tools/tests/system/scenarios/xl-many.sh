# Many small guests at once (32 in the long form), created in parallel: all reach user space, all are destroyed, nothing is left.
# machine: mem=5120 smp=2 timeout=1800
N=$(rounds 6 32)
need "the daemons start" start_xen
echo 'claim_mode=1' >/etc/xen/xl.conf
before=$(free_mb)
gunzip -c /boot/vmlinux.gz >/boot/vmlinux
for i in $(seq $N); do guest_config m$i 96 'kernel = "/boot/vmlinux"' >/dev/null; done
pids=""
for i in $(seq $N); do xl create -q /etc/xen/m$i.cfg >/tmp/out$i 2>&1 & pids="$pids $!"; done
wait $pids
check "all are created" test "$(domains)" = $N
all_ready() { [ "$(grep -l GUEST-READY /var/log/xen/console/guest-m*.log | wc -l)" = $N ]; }
check "all reach user space" until_true 1200 all_ready
xl list
for i in $(seq $N); do xl destroy m$i; done
check "all are destroyed" until_true 60 sh -c '. /test/lib.sh; [ $(domains) = 0 ]'
check "memory as before" until_true 30 sh -c ". /test/lib.sh; [ \$(free_mb) -ge $before ]"
check "xenstore as before" test "$(xenstore-list /local/domain)" = 0
