# Four nodes: guests claimed on nodes have every page there; claimed memory is nobody else's.
# Each node has a CPU: guests are placed where they can run.
# machine: mem=3072 nodes=4 smp=4 dom0_max_vcpus=1 dom0_mem=512M timeout=400
# hypervisor: stake
need "the daemons start" start_xen
echo 'claim_mode=1' >/etc/xen/xl.conf
xl info -n | tail -n 12

# pages_on NAME NODE MIB: at least so many MiB of the guest are on this node, and at most 1 elsewhere.
pages_on() {
    test-claim pages $(xl domid $1) >/tmp/pages; cat /tmp/pages
    awk -v n=$2 -v want=$(($3 * 256)) '/^node/ {if ($2 == n) on = $3; else off += $3} END {exit !(on >= want && off <= 256)}' /tmp/pages
}

tiny_config n1 400 'claim_nodes = [1]' >/dev/null
tiny_config n2 300 'claim_nodes = [2]' >/dev/null
tiny_config both 300 'claim_nodes = ["2:100", "3:200"]' >/dev/null
tiny_config again 600 'claim_nodes = [1]' >/dev/null
tiny_config anywhere 128 >/dev/null
check "create on node 1" xl create -p /etc/xen/n1.cfg
check "every page is there" pages_on n1 1 400
check "create on node 2" xl create -p /etc/xen/n2.cfg
check "every page is there, too" pages_on n2 2 300
check "create on two nodes" xl create -p /etc/xen/both.cfg
test-claim pages $(xl domid both) >/tmp/pages
check "on each its part" awk '/^node 2/ && $3 >= 25600 {a = 1} /^node 3/ && $3 >= 51200 {b = 1} END {exit !(a && b)}' /tmp/pages
xl create -p /etc/xen/again.cfg >/tmp/out 2>&1; rc=$?
check "no room on node 1: host-wide or refused, and said" sh -c "cat /tmp/out; grep -qi node /tmp/out && [ $rc -le 1 ]"
xl destroy again 2>/dev/null
check "a guest of no node is placed on one" xl create -p /etc/xen/anywhere.cfg
check "whole" sh -c 'test-claim pages $(xl domid anywhere) | tee /dev/stderr | awk "/^node/ && \$3 >= 32768 {a = 1} END {exit !a}"'
for g in n1 n2 both anywhere; do xl destroy $g; done
check "claimed memory is not given to others" test-claim others
check "freed, still dirty memory is claimed and given" xl create -p /etc/xen/n1.cfg
check "on its node" pages_on n1 1 400
check "xl claims -n" xl claims -n
check "xl claims --json" sh -c 'xl claims --json | tr -d " \n" | grep -q "^[[{]"'
check "no claim is left" test "$(outstanding_mb)" = 0
