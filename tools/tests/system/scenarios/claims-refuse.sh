# A guest that does not fit: refused at once with a claim, without one page populated; without a claim it fails
# after populating, and everything is given back.
# machine: mem=2048 timeout=240
need "the daemons start" start_xen
before=$(free_mb)
guest_config big 4096 >/dev/null
guest_config fits 256 >/dev/null

# The last dump of the domain's pages that anybody saw while xl ran: the most that it had.
most_populated() {
    local most=0 now
    while kill -0 $1 2>/dev/null; do
        now=$(xl list 2>/dev/null | awk '$1 == "big" {print $3}')
        [ "${now:-0}" -le $most ] || most=$now
    done
    echo $most
}

# refused: xl create fails with status 1; its output and the most memory that the guest had are kept.
refused() {
    xl create /etc/xen/big.cfg >/tmp/out 2>&1 &
    local pid=$!
    most_populated $pid >/tmp/most
    wait $pid; echo $? >/tmp/status
    cat /tmp/out /tmp/most /tmp/status
    [ "$(cat /tmp/status)" = 1 ]
}
memory_is_back() { [ "$(free_mb)" -ge $before ]; }
nothing_left() { [ "$(xl list | wc -l)" = 2 ] && [ "$(xenstore-list /local/domain)" = 0 ]; }

echo 'claim_mode=1' >/etc/xen/xl.conf
check "refused with a claim" refused
check "not one page populated" test "$(cat /tmp/most)" = 0
check "says what was needed" grep -qE "4[01][0-9][0-9] MiB needed" /tmp/out
check "says what was free" grep -qiE "[0-9]+ MiB (is |are )?free|free[^0-9]*[0-9]+ MiB" /tmp/out
check "says what was claimed" grep -qi "claimed" /tmp/out
check "no domain, no xenstore node" nothing_left
check "no claim" sh -c 'xl info | grep -q "^outstanding_claims *: 0$"'
check "all memory free" memory_is_back

# Its memory alone would fit, but not with the page tables that the hypervisor needs for it.
guest_config big $(($(free_mb) - 1)) >/dev/null
check "refused for what the hypervisor needs for it" refused
check "not one page populated for that one" test "$(cat /tmp/most)" = 0
needed=$(sed -n 's/.* \([0-9]*\) MiB needed.*/\1/p' /tmp/out)
check "says that more was needed than it shall have" test "$needed" -gt "$(free_mb)"
check "and gives everything back" memory_is_back
guest_config big 4096 >/dev/null

echo 'claim_mode=0' >/etc/xen/xl.conf
check "fails without a claim, too" refused
check "after populating" test "$(cat /tmp/most)" -gt 256
check "everything is given back" until_true 30 memory_is_back
check "no domain, no xenstore node this time" nothing_left
check_not "no outstanding_claims line in claim_mode 0" sh -c 'xl info | grep outstanding_claims'
check "a guest that fits is created" xl create -p /etc/xen/fits.cfg
check "and destroyed" xl destroy fits

# Two fit while they look; then one claims what the other's page tables would need.
echo 'claim_mode=1' >/etc/xen/xl.conf
until_true 30 memory_is_back
tiny_config late 1000 >/dev/null
tiny_config early $(($(free_mb) - 12)) >/dev/null
LIBXL_STOP_AT=limits xl create -p /etc/xen/late.cfg >/tmp/late 2>&1 &
late=$!
need "one has looked, and waits" until_true 60 is_stopped $late
LIBXL_STOP_AT=populate xl create -p /etc/xen/early.cfg >/tmp/early 2>&1 &
early=$!
need "the other has claimed nearly everything" until_true 60 is_stopped $early
kill -CONT $late
wait $late; rc=$?
check "the one is refused" test $rc = 1
check "for its page tables" sh -c 'cat /tmp/late; grep -q "for its nested page tables" /tmp/late && grep -q "most of it by early" /tmp/late'
check "and is gone" test "$(domains)" = 1
kill -CONT $early
wait $early; rc=$?
check "the other is created" test $rc = 0
