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
tiny_config anywhere 128 >/dev/null
check "create on node 1" xl create -p /etc/xen/n1.cfg
check "every page is there" pages_on n1 1 400
check "create on node 2" xl create -p /etc/xen/n2.cfg
check "every page is there, too" pages_on n2 2 300
check "create on two nodes" xl create -p /etc/xen/both.cfg
test-claim pages $(xl domid both) >/tmp/pages
check "on each its part" awk '/^node 2/ && $3 >= 25600 {a = 1} /^node 3/ && $3 >= 51200 {b = 1} END {exit !(a && b)}' /tmp/pages
check "a guest of no node is placed on one" xl create -p /etc/xen/anywhere.cfg
check "whole" sh -c 'test-claim pages $(xl domid anywhere) | tee /dev/stderr | awk "/^node/ && \$3 >= 32768 {a = 1} END {exit !a}"'
for g in n1 n2 both anywhere; do xl destroy $g; done
tiny_config virtual 400 'vcpus = 2' \
    'vnuma = [["pnode=3", "size=150", "vcpus=0", "vdistances=10,20"], ["pnode=1", "size=250", "vcpus=1", "vdistances=20,10"]]' >/dev/null
check "create with virtual nodes" xl create -p /etc/xen/virtual.cfg
test-claim pages $(xl domid virtual) >/tmp/pages
check "each has its memory on its own" awk '/^node 3/ && $3 >= 150 * 256 {a = 1} /^node 1/ && $3 >= 250 * 256 {b = 1} END {exit !(a && b)}' /tmp/pages
xl destroy virtual
check "claimed memory is not given to others" test-claim others

# Two toolstacks for one node: the first has its claim, and none of its memory yet.
tiny_config first 450 'claim_nodes = [1]' >/dev/null
tiny_config second 451 'claim_nodes = [1]' >/dev/null
LIBXL_STOP_AT=populate xl create -p /etc/xen/first.cfg >/tmp/out1 2>&1 &
first=$!
need "the first has claimed the node" until_true 60 is_stopped $first
check "the read-out has it" sh -c 'xl claims -n | tee /dev/stderr | awk "\$1 == \"first\" && \$3 == 1 && \$4 == 0 && \$5 == 450 {ok = 1} END {exit !ok}"'
second() { xl create -p /etc/xen/second.cfg >/tmp/out2 2>&1; }
second; rc=$?
said() { cat /tmp/out2; grep -qE "$1: not enough memory on node 1: 451 MiB needed, [0-9]+ MiB free, 450 MiB of that claimed, most of it by first \(domain [0-9]+: 450 MiB\)" /tmp/out2; }
check "the second gets its memory elsewhere" test $rc = 0
check "and is told what it lacks on the node, and by whose claim" said "notice: claiming on the whole host instead"
check "what it has there nobody had claimed" sh -c 'test-claim pages $(xl domid second) | tee /dev/stderr | awk "/^node 1 / && \$3 < 450 * 256 {a = 1} END {exit !a}"'
kill -CONT $first
wait $first; rc=$?
check "the first is created" test $rc = 0
check "all of it on its node" pages_on first 1 450
xl destroy second
tiny_config second $(($(free_mb) + 1)) 'claim_nodes = ["1:451"]' >/dev/null
check_not "where the host has no room either, the second is refused" second
xl destroy first

check "freed, still dirty memory is claimed and given" xl create -p /etc/xen/n1.cfg
check "on its node" pages_on n1 1 400
check "xl claims --json" sh -c 'xl claims --json | tr -d " \n" | grep -q "^[[{]"'
check "no claim is left" test "$(outstanding_mb)" = 0
