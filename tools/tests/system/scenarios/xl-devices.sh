# Disks and network: written and read across a reboot, pinged, transferred over TCP, attached and detached.
# machine: mem=2048 dom0_mem=768M timeout=900
need "the daemons start" start_xen
need "bridge" start_bridge
dd if=/dev/zero of=/tmp/disk.img bs=1M count=80 2>/dev/null
dd if=/dev/zero of=/tmp/second.img bs=1M count=16 2>/dev/null
EXTRA="ip=10.0.0.2/24" guest_config one 256 'disk = ["format=raw,vdev=xvda,access=rw,target=/tmp/disk.img"]' \
    'vif = ["bridge=xenbr0,mac=00:16:3e:00:00:01,rate=100Mb/s@20ms"]' >/dev/null
need "create with disk and network" xl create /etc/xen/one.cfg
need "it boots" until_true 120 console_has one GUEST-READY
ready() { [ "$(grep -c GUEST-READY /var/log/xen/console/guest-one.log)" -ge "$1" ]; }

# A MiB of noise, and as many of it as are wanted.
need "noise" guest_run one 20 'dd if=/dev/urandom of=/tmp/mib bs=1M count=1 2>/dev/null && test -s /tmp/mib'
many() { echo "for i in \$(seq $1); do cat /tmp/mib; done"; }
sum_of() { guest_run one 300 "$1 | md5sum" | grep -o '[0-9a-f]\{32\}'; }
check "the guest has a disk" guest_run one 20 'test -b /dev/xvda'
check "64 MiB written and flushed" guest_run one 300 "{ $(many 64); } | dd of=/dev/xvda bs=64k 2>/dev/null && sync"
written=$(sum_of "{ $(many 64); }")
check "ping from the guest" guest_run one 30 'ping -c 3 10.0.0.1'
check "ping to the guest" ping -c 3 10.0.0.2
# nc ends the connection at the end of its input, so it gets one without an end.
mkfifo /tmp/silent
nc -l -p 5000 <>/tmp/silent >/tmp/received &
check "8 MiB by TCP to dom0" guest_run one 60 "{ $(many 8); } | nc 10.0.0.1 5000"
wait $!
check "all of it arrived" test "$(md5sum </tmp/received | cut -d' ' -f1)" = "$(sum_of "{ $(many 8); }")"
check "block-list" sh -c 'xl block-list one | grep -q 51712'
check "the rate limit is the backend's" test "$(xenstore-read /local/domain/0/backend/vif/$(xl domid one)/0/rate)" = 250000,20000
check "network-list" sh -c 'xl network-list one | grep -q 00:16:3e:00:00:01'
check "attach a second disk" xl block-attach one 'format=raw,vdev=xvdb,access=rw,target=/tmp/second.img'
check "the guest sees it" guest_run one 30 'i=0; until [ -b /dev/xvdb ] || [ $i -gt 100 ]; do i=$((i + 1)); usleep 100000; done; test -b /dev/xvdb'
check "detach it" xl block-detach one xvdb
check "the guest has lost it" guest_run one 30 'i=0; while [ -b /dev/xvdb ] && [ $i -lt 100 ]; do i=$((i + 1)); usleep 100000; done; ! test -b /dev/xvdb'
check "reboot" xl reboot one
need "it boots again" until_true 300 ready 2
check "the 64 MiB are there" test "$(sum_of "head -c 67108864 /dev/xvda")" = "$written"
check "destroy" xl destroy one
check "no loop device stays" until_true 20 sh -c '! losetup -a | grep -q disk.img'
