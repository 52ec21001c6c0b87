# xl killed at each step of a create: the domain can be destroyed, its claim ends with it, and all memory comes back.
# The steps are those that a create names by itself; LIBXL_STOP_AT stops it at one of them.
# machine: mem=2048 timeout=400
need "the daemons start" start_xen
echo 'claim_mode=1' >/etc/xen/xl.conf
head -c 1048576 /dev/zero >/tmp/disk
tiny_config tiny 1000 'ramdisk = "/boot/tiny"' 'disk = ["/tmp/disk,raw,xvda,w"]' >/dev/null

# same WHAT IS WANTED: says it when they differ.
same() { [ "$2" = "$3" ] || { echo "$1: $2, not $3"; return 1; }; }
clean() {
    same domains "$(domains)" 0 && same claims "$(outstanding_mb)" 0 && same "free pages" "$(test-claim free)" $before &&
        same "loop devices" "$(losetup -a)" "" && same "domains in xenstore" "$(xenstore-list /local/domain)" 0 &&
        same files "$(ls /var/lib/xen | grep 'userdata-d.[1-9]')" ""
}
destroy_all() { for id in $(xl list | awk 'NR > 1 && $2 > 0 {print $2}'); do xl destroy $id; done; }

# stopped STEP: starts a create that stops at a step; its process is $pid.
stopped() {
    LIBXL_STOP_AT="$1" xl create -p /etc/xen/tiny.cfg >/tmp/out 2>&1 &
    pid=$!
    until_true 60 is_stopped $pid
}

killed() {
    stopped "$1" || { cat /tmp/out; return 1; }
    kill -9 $pid
    wait $pid
    destroy_all
    until_true 30 clean || clean
}

# From the first create on everything is there that later ones use again.
check "a create that nobody stops" xl create -p /etc/xen/tiny.cfg
check "destroy" xl destroy tiny
before=0
settled() { local now=$(test-claim free); [ $now = $before ] || { before=$now; sleep 1; false; }; }
until_true 30 settled
need "nothing is left of it" clean

steps=$(xl -v create -p /etc/xen/tiny.cfg 2>&1 | sed -n 's/.*: step //p'; xl destroy tiny)
note "steps:" $steps
check "the steps name themselves, claim and population among them" \
    sh -c "echo '$steps' | tr '\n' ' ' | grep -q ' claim populate memory load .* config '"
IFS='
'
for step in $steps; do
    check "killed at step $step" killed "$step"
done
unset IFS

# What others see meanwhile.
stopped populate
need "stopped with the claim staked" is_stopped $pid
columns() {
    xl claims | tee /dev/stderr | awk '
        NR == 1 {ok = $0 == "Name                                        ID   Mem VCPUs\tState\tTime(s)  Claimed"}
        NR > 1 && !/^[^ ]+ +[0-9]+ +[0-9]+ +[0-9]+     [r-][b-][p-][s-][c-][d-]  +[0-9]+\.[0-9] +[0-9]+$/ {ok = 0}
        END {exit !(ok && NR == 3)}'
}
check "the columns of xl claims" columns
check "xl claims shows the whole claim" sh -c 'xl claims | tee /dev/stderr | awk "\$1 == \"tiny\" && \$3 == \$NF && \$NF == 1000 {ok = 1} END {exit !ok}"'
check "outstanding_claims in xl info" test "$(outstanding_mb)" = 1000
tiny_config other 1000 >/dev/null
check_not "another of its size is refused" sh -c "xl create -p /etc/xen/other.cfg >/tmp/out2 2>&1"
check "with what is needed, free, claimed, and by whom" sh -c 'cat /tmp/out2; \
    grep -qE "not enough memory on the host: 10[0-9][0-9] MiB needed, [0-9]+ MiB free, 1000 MiB of that claimed, most of it by tiny \(domain [0-9]+: 1000 MiB\)" /tmp/out2'
goes_on() { kill -CONT $pid; wait $pid; }
goes_on; rc=$?
check "it goes on, and is created" test $rc = 0
check "its claim is redeemed" test "$(outstanding_mb)" = 0
xl destroy tiny

stopped memory
need "stopped in the middle of its population" is_stopped $pid
check "xl claims shows what is not redeemed yet" sh -c 'xl claims | tee /dev/stderr | awk "\$1 == \"tiny\" && \$3 == 1000 && \$NF > 0 && \$NF < 1000 {ok = 1} END {exit !ok}"'
destroy_all
goes_on; rc=$?
check "destroyed meanwhile, its create fails" test $rc = 1
check "and leaves nothing" until_true 30 clean
