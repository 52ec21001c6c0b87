# Not one page of the host is unclaimed: guests that were admitted before start all the same, though dom0 has no nested page table
# left with room for the pages that it maps of them; a guest that comes later is refused at once.
# machine: mem=2048 timeout=240
# hypervisor: stake
N=3
need "the daemons start" start_xen
echo 'claim_mode=1' >/etc/xen/xl.conf

pids=""
for i in $(seq $N); do
    tiny_config g$i 64 'kernel = "/boot/balloon"' 'extra = "forever"' 'ramdisk = "/boot/guest.gz"' >/dev/null
    LIBXL_STOP_AT=populate xl create -p /etc/xen/g$i.cfg >/tmp/out$i 2>&1 &
    pids="$pids $!"
done
all_stopped() { for p in $pids; do is_stopped $p || return 1; done; }
need "guests are admitted" until_true 60 all_stopped
test-claim rest >/tmp/rest 2>&1 &
holder=$!
until_true 60 test -s /tmp/rest
rest=$(cat /tmp/rest)
need "somebody claims the rest" test "$rest" -gt 0
tables=$(test-claim tables)
check "to the last page" test "$(test-claim unclaimed)" = 0

tiny_config late 16 >/dev/null
check_not "another guest is refused" sh -c 'xl create -p /etc/xen/late.cfg >/tmp/late 2>&1'
check "with what is needed, free, claimed" sh -c 'cat /tmp/late; \
    grep -qE "not enough memory on the host: [0-9]+ MiB needed, [0-9]+ MiB free, [0-9]+ MiB of that claimed" /tmp/late'
check "before it has anything" test "$(domains)" = $((N + 1))

kill -CONT $pids
created() { local rc=0 i=0; for p in $pids; do i=$((i + 1)); wait $p || { rc=1; cat /tmp/out$i; }; done; return $rc; }
created >/tmp/created; rc=$?
check "each that was admitted is created" sh -c "cat /tmp/created; exit $rc"
check "out of what was set aside" test "$(test-claim unclaimed)" = 0
check "which is there for the next ones" test "$(test-claim tables)" = $tables
for i in $(seq $N); do xl unpause g$i; done
memory_of() { xl list $1 | awk 'NR == 2 {print $3}'; }
all_down() { local i; for i in $(seq $N); do [ "$(memory_of g$i)" -lt 64 ] || return 1; done; }
check "and runs: it balloons" until_true 60 all_down

for i in $(seq $N); do xl destroy g$i; done
xl destroy $rest
kill $holder
none() { [ "$(domains)" = 0 ]; }
check "all are destroyed" until_true 60 none
check "and no claim stays" test "$(outstanding_mb)" = 0
