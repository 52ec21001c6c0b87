# Debian's own daemons start as its init script starts them, and xenstore works.
# machine: mem=2048 timeout=240
# machine: mem=2048 timeout=240 linux=store=c
need "the daemons start" start_xen
check "xenstored answers" xenstore-read -s /
check "xenstore-write" xenstore-write /test/a hello
check "xenstore-read" test "$(xenstore-read /test/a)" = hello
check "dom0 has its domid" test "$(xenstore-read domid)" = 0
check "xenconsoled runs" test -e /run/xenconsoled.pid
check "xen-init-dom0 named dom0" test "$(xenstore-read /local/domain/0/name)" = Domain-0
check "sys hypervisor type" test "$(cat /sys/hypervisor/type)" = xen
check "dom0 is PVH" test "$(cat /sys/hypervisor/guest_type)" = PVH
check "a watch fires" sh -c 'xenstore-watch -n 2 /test/w >/tmp/watch & sleep 1; xenstore-write /test/w 1; wait; grep -q /test/w /tmp/watch'
check "xenstore-ls shows what was written" sh -c 'xenstore-ls -f /test | grep -q "^/test/a = \"hello\""'
check "10,000 transactions" test-store 10000
