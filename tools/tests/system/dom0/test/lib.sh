# SPDX-License-Identifier: GPL-2.0-only
# What scenarios are made of.  A scenario reports each thing that it proves by `check`; the runner reads
# the lines that begin with @@ on the console.

XENBIN=/usr/lib/xen-4.17/bin

# check NAME COMMAND...: the command decides; its output is shown when it fails.
check() {
    local name="$1" out; shift
    if out=$("$@" 2>&1); then
        echo "@@ ok $name"
    else
        echo "@@ not ok $name: status $? of: $*"
        printf '%s\n' "$out" | tail -n 20 | sed 's/^/    /'
        return 1
    fi
}

# check_not NAME COMMAND...: the command must fail, and must not be killed by a signal.
check_not() {
    local name="$1" out rc; shift
    out=$("$@" 2>&1); rc=$?
    if [ $rc -ne 0 ] && [ $rc -lt 126 ]; then
        echo "@@ ok $name"
    else
        echo "@@ not ok $name: status $rc of: $*"
        printf '%s\n' "$out" | tail -n 20 | sed 's/^/    /'
        return 1
    fi
}

# need NAME COMMAND...: a check without which the rest makes no sense.
need() { check "$@" || finish; }

finish() {
    echo "@@ end $(cut -d' ' -f1 /proc/uptime)"
    if grep -q 'test.reboot' /proc/cmdline; then reboot -f; else poweroff -f; fi
}

# rounds SHORT LONG: how often to do something; LONG under `make soak`.
rounds() { if grep -q 'test.long' /proc/cmdline; then echo "$2"; else echo "$1"; fi; }

note() { echo "@@ note $*" >/dev/console; }

# until_true SECONDS COMMAND...: waits for a state; the limit is only there to end a hung test.
until_true() {
    local end=$(($(cut -d. -f1 /proc/uptime) + $1)); shift
    until "$@" >/dev/null 2>&1; do
        [ "$(cut -d. -f1 /proc/uptime)" -lt $end ] || return 1
        usleep 100000
    done
}

# start_xen: Debian's daemons in the order of its init script; xenstored in OCaml, or with store=c on the kernel's
# command line in C.
start_xen() {
    local m store=$XENBIN/oxenstored
    ! grep -qw store=c /proc/cmdline || store=$XENBIN/xenstored
    for m in xenfs xen-privcmd xen-evtchn xen-gntdev xen-gntalloc; do modprobe $m; done
    mount -t xenfs xenfs /proc/xen
    grep -q control_d /proc/xen/capabilities || return 1
    mkdir -p /run/xenstored /var/lib/xenstored
    XENSTORED_ROOTDIR=/run/xenstored $store --pid-file /run/xenstore.pid
    until_true 60 xenstore-read -s / || return 1
    $XENBIN/xen-init-dom0 || return 1
    $XENBIN/xenconsoled --log=all --log-dir=/var/log/xen/console --pid-file /run/xenconsoled.pid
    modprobe xen-blkback; modprobe xen-netback; modprobe loop
    [ ! -x /usr/local/sbin/xl ] || ln -sf /usr/local/sbin/xl /usr/sbin/xl
}

# start_bridge: a bridge with dom0 at 10.0.0.1, for guests' network devices.
start_bridge() {
    modprobe bridge
    brctl addbr xenbr0 && ip addr add 10.0.0.1/24 dev xenbr0 && ip link set xenbr0 up
}

# guest_config NAME MIB [LINE...]: writes /etc/xen/NAME.cfg for a test guest and prints its path.
guest_config() {
    local name="$1" mem="$2" line; shift 2
    {
        printf 'name = "%s"\ntype = "pvh"\nmemory = %s\n' "$name" "$mem"
        printf 'kernel = "/boot/vmlinux.gz"\nramdisk = "/boot/guest.gz"\n'
        printf 'extra = "console=hvc0 hostname=%s %s"\n' "$name" "$EXTRA"
        for line in "$@"; do printf '%s\n' "$line"; done
    } >/etc/xen/$name.cfg
    echo /etc/xen/$name.cfg
}

# tiny_config NAME MIB [LINE...]: the same for a guest that does nothing, quick to make.
tiny_config() {
    local name="$1" mem="$2" line; shift 2
    {
        printf 'name = "%s"\ntype = "pvh"\nmemory = %s\nkernel = "/boot/tiny"\n' "$name" "$mem"
        for line in "$@"; do printf '%s\n' "$line"; done
    } >/etc/xen/$name.cfg
    echo /etc/xen/$name.cfg
}

# console_has NAME PATTERN: whether the guest's console has printed this.
console_has() { grep -qE "$2" /var/log/xen/console/guest-$1.log; }

# guest_run NAME SECONDS COMMAND: types a command at the guest's shell and prints what it wrote.
guest_run() {
    local name="$1" limit="$2" tag="done-$$-$(cut -d' ' -f1 /proc/uptime)" log
    log=/var/log/xen/console/guest-$1.log
    local from=$(($(wc -l <$log) + 1))
    { echo "$3; echo $tag \$?"; sleep 1; } | timeout 10 xl console "$name" >/dev/null 2>&1
    until_true $limit grep -q "$tag [0-9]" $log
    tail -n +$from $log | tr -d '\r' | sed "/$tag/d"
    # The shell's prompt may stand before it.
    [ "$(tr -d '\r' <$log | sed -n "s/.*$tag //p")" = 0 ]
}

# is_stopped PID: by SIGSTOP, as LIBXL_STOP_AT=STEP does to a create that reaches the step.
is_stopped() { grep -q '^State:.T' /proc/$1/status; }

free_mb() { xl info | awk '/^free_memory/ {print $3}'; }
outstanding_mb() { xl info | awk '/^outstanding_claims/ {print $3}'; }
domains() { xl list | awk 'NR > 1 && $2 > 0' | wc -l; }
domain_gone() { xl list >/tmp/list && ! grep -q "^$1 " /tmp/list; }

# holdings FILE: what guests could leave behind: free memory to the page in FILE.free, dom0's event channels and
# xenstore in FILE.  (A domain of which somebody still maps a page or a grant is not gone: domains() counts it.)
holdings() {
    test-claim free >$1.free
    { awk '/xen-dyn/ {print $NF}' /proc/interrupts; xenstore-ls -f /; } | sort >$1
}

# first_guest NAME CONFIG FILE: a guest comes and goes, for what any first one leaves behind, the roots of xenstore's
# trees among it; then what there is, in FILE.  (An event channel without a name is just being closed.)
first_guest() {
    xl create -p $2 && xl destroy $1 && until_true 60 is_gone_whole && holdings $3
}
is_gone_whole() { [ "$(domains)" = 0 ] && ! grep -q -e '-event *$' /proc/interrupts; }

# nothing_left FILE [PAGES]: there is no more of anything than when FILE was written, but for so many pages; prints what is.
nothing_left() {
    holdings $1.now
    echo "free pages: $(cat $1.free), now $(cat $1.now.free)"
    ! comm -13 $1 $1.now | grep . && [ $(($(cat $1.now.free) + ${2:-0})) -ge $(cat $1.free) ]
}

# until_nothing_left SECONDS FILE [PAGES]: domains take their time to go.
until_nothing_left() { until_true $1 nothing_left $2 $3 || nothing_left $2 $3; }
