# A guest with virtual nodes: each node's memory is claimed and taken on its node of the host, and the guest sees them.
# machine: mem=2048 smp=2 nodes=2 timeout=300
# hypervisor: stake
need "the daemons start" start_xen
echo 'claim_mode=1' >/etc/xen/xl.conf
guest_config one 256 'vcpus = 2' \
    'vnuma = [["pnode=1", "size=160", "vcpus=0", "vdistances=10,30"], ["pnode=0", "size=96", "vcpus=1", "vdistances=30,10"]]' >/dev/null
need "create" xl create -p /etc/xen/one.cfg
test-claim pages $(xl domid one) >/tmp/pages
check "memory where it shall be" awk '{n[$2] = $3} END {exit !(n[1] >= 160 * 256 && n[0] >= 96 * 256)}' /tmp/pages
check "unpause" xl unpause one
need "it boots" until_true 120 console_has one GUEST-READY
sees() { guest_run one 20 "[ \"\$(cat /sys/devices/system/node/$1)\" = \"$2\" ]"; }
check "two nodes" sees online 0-1
check "vCPU 0 on the first" sees node0/cpulist 0
check "vCPU 1 on the second" sees node1/cpulist 1
check "their distances" sees node0/distance "10 30"
check "and sizes" guest_run one 20 'set -- $(cat /sys/devices/system/node/node*/meminfo | sed -n "s/.*MemTotal: *\([0-9]*\).*/\1/p"); [ $1 -gt $2 ]'
check "list -l gives them back" sh -c 'xl list -l one | grep -q vnuma_nodes'
check "destroy" xl destroy one
