# Many times created and destroyed (200 in the long form), xl killed now and then, xenconsoled started anew in the middle: nothing leaks.
# machine: mem=2048 timeout=900
CYCLES=$(rounds 12 200)
need "the daemons start" start_xen
echo 'claim_mode=1' >/etc/xen/xl.conf
tiny_config soak 256 >/dev/null
need "the first" first_guest soak /etc/xen/soak.cfg /tmp/before
RANDOM_STATE=1
random() { RANDOM_STATE=$(((RANDOM_STATE * 1103515245 + 12345) & 0x7fffffff)); echo $((RANDOM_STATE >> 8)); }

bad=0
for i in $(seq $CYCLES); do
    if [ $(($(random) % 4)) = 0 ]; then
        xl create -p /etc/xen/soak.cfg >/tmp/out 2>&1 &
        usleep $(($(random) % 400000)); kill -9 $! 2>/dev/null; wait $! 2>/dev/null
        for id in $(xl list | awk 'NR > 1 && $2 > 0 {print $2}'); do xl destroy $id >/dev/null 2>&1; done
    else
        xl create -p /etc/xen/soak.cfg >/tmp/out 2>&1 && xl destroy soak >/dev/null 2>&1 || { bad=$((bad + 1)); cat /tmp/out; }
    fi
    if [ $i = $((CYCLES / 2)) ]; then
        kill $(cat /run/xenconsoled.pid); until_true 10 sh -c '! kill -0 $(cat /run/xenconsoled.pid)'
        $XENBIN/xenconsoled --log=all --log-dir=/var/log/xen/console --pid-file /run/xenconsoled.pid
    fi
done
check "every create that was let alone worked" test $bad = 0
check "no domain" test "$(domains)" = 0
check "no claim" test "$(outstanding_mb)" = 0
check "no xl process stays" sh -c '! pidof xl'
check "memory, event channels and xenstore as before" until_nothing_left 30 /tmp/before
