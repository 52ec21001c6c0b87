# Bad configurations: each gives one clear message and exit status 1, and leaves nothing behind.
# machine: mem=2048 timeout=200
need "the daemons start" start_xen
before=$(free_mb)
base='name = "bad"
type = "pvh"
kernel = "/boot/vmlinux.gz"
memory = 128'

state() { xl list | awk '{print $1, $2}'; xenstore-list /local/domain; xenstore-ls /vm 2>/dev/null; }
state >/tmp/state

# bad WHAT PATTERN LINE...: the base with these lines added is refused with a message that matches.
bad() {
    local what="$1" pattern="$2" rc; shift 2
    { echo "$base"; printf '%s\n' "$@"; } >/etc/xen/bad.cfg
    xl create /etc/xen/bad.cfg >/tmp/out 2>&1; rc=$?
    state >/tmp/now
    [ $rc != 0 ] || xl destroy bad
    check "$what" sh -c "cat /tmp/out; [ $rc = 1 ] && grep -qiE '$pattern' /tmp/out && diff /tmp/state /tmp/now"
}

bad "PV guests" 'pvh' 'type = "pv"'
bad "HVM guests" 'pvh' 'type = "hvm"'
bad "an unknown type" 'type' 'type = "qemu"'
bad "memory that is no number" 'memory' 'memory = "lots"'
bad "no memory at all" 'memory' 'memory = 0'
bad "memory that is a list" 'memory' 'memory = [1, 2]'
bad "negative vCPUs" 'vcpus' 'vcpus = -1'
bad "too many vCPUs" 'vcpu' 'vcpus = 100000'
bad "more vCPUs than the maximum" 'maxvcpus|vcpus' 'vcpus = 4' 'maxvcpus = 2'
bad "maxmem below memory" 'maxmem' 'maxmem = 64'
bad "a string that does not end" 'bad.cfg:[0-9]+' 'extra = "console'
bad "a list that does not end" 'bad.cfg:[0-9]+' 'disk = [ "phy:/dev/loop0,xvda,w"'
bad "a line without a value" 'bad.cfg:[0-9]+' 'vcpus ='
bad "a line without a key" 'bad.cfg:[0-9]+' '= 5'
bad "a kernel that is not there" 'no-such-kernel' 'kernel = "/boot/no-such-kernel"'
bad "a kernel that is none" 'lib.sh' 'kernel = "/test/lib.sh"'
bad "a ramdisk that is not there" 'no-such-ramdisk' 'ramdisk = "/boot/no-such-ramdisk"'
bad "a disk without a target" 'disk|vdev|target' 'disk = ["format=raw"]'
bad "a vif of nonsense" 'vif|mac' 'vif = ["mac=not-a-mac"]'
bad "CPUs that do not exist" 'cpus' 'cpus = "900-950"'
bad "an action that is none" 'on_crash' 'on_crash = "explode"'
bad "a pool that does not exist" 'pool' 'pool = "no-such-pool"'
bad "claims on a node that does not exist" 'node' 'claim_nodes = ["77"]'
bad "virtual nodes that do not add up" 'vnuma' 'vnuma = [["pnode=0", "size=64", "vcpus=0"]]'
bad "a vCPU on no virtual node" 'vnuma.*vCPU 1' 'vcpus = 2' 'vnuma = [["pnode=0", "size=128", "vcpus=0"]]'
bad "distances to nodes that there are not" 'vnuma.*distances' 'vnuma = [["pnode=0", "size=128", "vcpus=0", "vdistances=10,20"]]'
bad "too little memory for the kernel" 'too small|MiB' 'memory = 8'

{ echo "$base"; echo 'colour = "green"'; } >/etc/xen/bad.cfg
check "an unknown key only warns" sh -c 'xl create -p /etc/xen/bad.cfg 2>&1 | tee /tmp/out; grep -q colour /tmp/out && xl destroy bad'
check_not "no name" sh -c 'echo "type = \"pvh\"" >/etc/xen/bad.cfg; xl create /etc/xen/bad.cfg'
check_not "no such file" xl create /etc/xen/none.cfg
check "as before" until_true 20 sh -c ". /test/lib.sh; [ \$(free_mb) -ge $before ]"
