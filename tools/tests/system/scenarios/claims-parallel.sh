# On a host that fits N guests, 2N xl create at the same time: exactly N run, N are refused at once, none is
# half-built.  Again and again, while a running guest balloons up and down beside it.
# machine: mem=2048 timeout=600
N=4 ROUNDS=$(rounds 6 20)
need "the daemons start" start_xen
echo 'claim_mode=1' >/etc/xen/xl.conf
guest_config balloon 160 >/dev/null
need "a guest that balloons" xl create /etc/xen/balloon.cfg
need "it boots" until_true 120 console_has balloon GUEST-READY
xl mem-set balloon 128
settled() { [ "$(xl list balloon | awk 'END {print $3}')" -le 129 ]; }
until_true 30 settled

# What is left is N guests and a half; what the other one balloons up by is not counted in.
free=$(($(free_mb) - 32))
size=$((free * 2 / (2 * N + 1)))
for i in $(seq $((2 * N))); do tiny_config g$i $size >/dev/null; done
note "$free MiB free: $N guests of $size MiB fit"

ballooning() { while [ -e /tmp/ballooning ]; do xl mem-set balloon 160; usleep 300000; xl mem-set balloon 128; usleep 300000; done; }

round() {
    local i ok=0 refused=0 pids=""
    for i in $(seq $((2 * N))); do
        ( xl create -p /etc/xen/g$i.cfg >/tmp/out$i 2>&1; echo $? >/tmp/rc$i ) &
        pids="$pids $!"
    done
    wait $pids
    for i in $(seq $((2 * N))); do
        if [ "$(cat /tmp/rc$i)" = 0 ]; then ok=$((ok + 1)); else grep -qi free /tmp/out$i && refused=$((refused + 1)); fi
    done
    xl list
    echo "$ok run, $refused refused with a reason"; cat /tmp/out*
    [ $ok = $N ] && [ $refused = $N ] && [ "$(domains)" = $((N + 1)) ] && [ "$(outstanding_mb)" = 0 ]
}
whole() { [ "$(xl list | awk -v s=$size '/^g[0-9]/ && $3 == s' | wc -l)" = $N ]; }

for r in $(seq $ROUNDS); do
    [ $r -lt 3 ] || [ -e /tmp/ballooning ] || { touch /tmp/ballooning; ballooning & }
    check "round $r: exactly $N" round
    check "round $r: all of them whole" whole
    for i in $(seq $((2 * N))); do xl destroy g$i >/dev/null 2>&1; done
    until_true 20 sh -c ". /test/lib.sh; [ \$(domains) = 1 ]"
done
rm -f /tmp/ballooning
wait

echo 'claim_mode=0' >/etc/xen/xl.conf
round >/dev/null
note "without claims: $(cat /tmp/rc* | grep -c '^0$') of $N that would fit were built"
