# What the administrator's guide has the reader type, in its order, and what the README shows; a test of the pages
# compares the commands.
# machine: mem=2048 nodes=2 smp=2 timeout=300
# hypervisor: stake
need "the daemons start" start_xen
ln -s /boot/vmlinux.gz /vmlinuz
ln -s /boot/guest.gz /initrd.img
cat >/etc/xen/xl.conf <<'END'
# Guests start for sure, or fail at once.
claim_mode = 1
# Their network interfaces join this bridge unless they name another.
vif.default.bridge = "xenbr0"
END
cat >/etc/xen/first.cfg <<'END'
name    = "first"
type    = "pvh"
kernel  = "/vmlinuz"
ramdisk = "/initrd.img"
extra   = "console=hvc0"
memory  = 256
vcpus   = 2
END

# A first guest.
check "a dry run" xl create -n /etc/xen/first.cfg
need "create" xl create /etc/xen/first.cfg
check "it is listed" sh -c 'xl list | grep -q "^first "'
check "it boots" until_true 90 console_has first GUEST-READY
check "its console" sh -c 'xl console first </dev/null'
check "its vCPUs" xl vcpu-list first
check "the host's log" sh -c 'xl dmesg | grep -q "Stake"'

# Sizing.
check "the host" sh -c 'xl info | grep -E "total_memory|free_memory|outstanding_claims" | wc -l | grep -qx 3'
check "its nodes" sh -c 'xl info -n | grep -q "^numa_info"'
check "claims" xl claims
check "claims by node" xl claims -n
check "less memory" xl mem-set first 192
check "which the guest gives back" until_true 60 sh -c 'xl list first | awk "END {exit \$3 > 193}"'
check "more weight" xl sched-credit2 -d first -w 512
check "one vCPU less" xl vcpu-set first 1
check "runstates since creation" xl runstate
check "runstates of two seconds" xl runstate -i 2 -n 1
check "runstates of five seconds" xl runstate -i 5 -n 1
check "as JSON" xl runstate --json
check "as Prometheus text" xl runstate --prometheus
check "debug keys" xl debug-keys q
check "and what they say" sh -c 'xl dmesg | grep -q "^(XEN) d0"'

# Refusals, as troubleshooting quotes them.
says() { local words="$1"; shift; "$@" 2>&1 | grep -qF "$words"; }
guest_config huge 65536 >/dev/null
check "too large a guest" says "not enough memory on the host:" xl create /etc/xen/huge.cfg
check "its name twice" says 'is already called "first"' xl create /etc/xen/first.cfg
check "a guest of another kind" says 'are not supported: say type="pvh"' xl create /etc/xen/first.cfg 'name="other"' 'type="pv"'

check "shutdown" xl shutdown -w first
check "it is gone" until_true 60 domain_gone first
check "create again" xl create /etc/xen/first.cfg
check "destroy" xl destroy first
