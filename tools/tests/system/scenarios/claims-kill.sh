# xl killed in the middle of a create, earlier and later: the domain can be destroyed, its claim ends with it, and
# all memory comes back.
# machine: mem=2048 timeout=400
need "the daemons start" start_xen
echo 'claim_mode=1' >/etc/xen/xl.conf
before=$(free_mb)
tiny_config tiny 1024 >/dev/null
guest_config linux 512 >/dev/null

clean() {
    xl list; xl claims; xl info | grep -E 'free_memory|outstanding'
    [ "$(domains)" = 0 ] && [ "$(outstanding_mb)" = 0 ] && [ "$(free_mb)" -ge $before ]
}

# killed NAME USEC: SIGKILL so long after the start, then everything that is there is destroyed.
killed() {
    local pid id
    xl create -p /etc/xen/$1.cfg >/tmp/out 2>&1 &
    pid=$!
    usleep $2
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    for id in $(xl list | awk 'NR > 1 && $2 > 0 {print $2}'); do xl destroy $id; done
    until_true 20 clean || clean
}

for t in 20000 50000 80000 110000 150000 200000 260000 330000 420000 550000 800000; do
    check "killed after $((t / 1000)) ms" killed tiny $t
done
for t in 500000 1500000 3000000 5000000; do
    check "a Linux guest, killed after $((t / 1000)) ms" killed linux $t
done
check "the next create works" xl create -p /etc/xen/tiny.cfg
check "and destroy" xl destroy tiny
check "nothing is left" until_true 20 clean
