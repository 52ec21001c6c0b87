# CPUs through xl: how many a guest uses, where they run, its share of them; pools of CPUs, one for each node.
# machine: mem=2048 smp=2 nodes=2 timeout=400
need "the daemons start" start_xen
guest_config one 192 'vcpus = 2' >/dev/null
need "create" xl create /etc/xen/one.cfg
need "it boots" until_true 120 console_has one GUEST-READY

online() { guest_run one 20 "[ \$(cat /sys/devices/system/cpu/online) = $1 ]"; }
check "vcpu-set to one" xl vcpu-set one 1
check "the guest takes it down" until_true 60 online 0
check "xl sees that" until_true 20 sh -c '[ $(xl list one | awk "END {print \$4}") = 1 ]'
check "vcpu-set to two" xl vcpu-set one 2
# Elsewhere udev does this, when the kernel says that there is one more.
up() { guest_run one 20 'echo 1 >/sys/devices/system/cpu/cpu1/online'; }
check "the guest takes it up" until_true 60 up
check "and has both" online 0-1
check_not "more than it may have" xl vcpu-set one 3
check "no vCPU is lost" sh -c '[ $(xl vcpu-list one | grep -c "^one ") = 2 ]'

check "vcpu-pin" xl vcpu-pin one 0 1
check "pinned" sh -c 'xl vcpu-list one | grep -q "^one  *[0-9]*  *0 .* 1 / all"'
check "vcpu-pin all" xl vcpu-pin one all all
check_not "to a CPU that there is not" xl vcpu-pin one 0 9

check "sched-credit2" xl sched-credit2 -d one -w 512 -c 50
check "weight and cap" sh -c 'xl sched-credit2 -d one | grep -q "^one  *[0-9]*  *512  *50$"'
check "no cap again" xl sched-credit2 -d one -c 0
check_not "a weight of nonsense" xl sched-credit2 -d one -w much
check "rate limit" sh -c 'xl sched-credit2 -s -r 2000 && xl sched-credit2 -s | grep -q 2000'

check "no pool but one" sh -c '[ $(xl cpupool-list | wc -l) = 2 ]'
xl vcpu-pin 0 all 0 >/dev/null
check "a pool for each node" xl cpupool-numa-split
check "two pools" sh -c '[ $(xl cpupool-list | grep -c "^Pool-node") = 2 ]'
check "migrate" xl cpupool-migrate one Pool-node1
check "it is there" sh -c 'xl list -c one | tail -n 1 | grep -q Pool-node1'
check "and lives" guest_run one 20 'echo still here'
check_not "a pool with a domain is not dissolved" xl cpupool-destroy Pool-node1
check "a guest created in a pool" xl create -p "$(tiny_config two 32 'pool = "Pool-node1"')"
check "is there" sh -c 'xl list -c two | tail -n 1 | grep -q Pool-node1'
check "destroy both" xl destroy one two
check "the pool dissolves" until_true 20 xl cpupool-destroy Pool-node1
check "its CPU goes back" xl cpupool-cpu-add Pool-node0 1
check "both CPUs in one pool" sh -c 'xl cpupool-list | awk "\$1 == \"Pool-node0\" && \$2 == 2 {ok = 1} END {exit !ok}"'
