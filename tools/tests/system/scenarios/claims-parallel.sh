# On a host that fits N guests, 2N xl create at the same time: what runs is whole, what does not fit is refused at
# once, nothing is half-built; while two guests balloon up and down without pause.  Without claims, guests fail
# with their memory half there.
# machine: mem=2048 timeout=600
N=4 ROUNDS=$(rounds 4 20)
need "the daemons start" start_xen
echo 'claim_mode=1' >/etc/xen/xl.conf

# Each gives back and takes 16 MiB for ever; the weight leaves most of the CPU to those who create.
for g in up down; do
    tiny_config $g 40 'kernel = "/boot/balloon"' 'extra = "forever"' 'cpu_weight = 25' >/dev/null
    need "a guest that balloons" xl create -q /etc/xen/$g.cfg
done
memory_of() { xl list $1 | awk 'NR == 2 {print $3}'; }
is_down() { [ "$(memory_of down)" -lt 40 ]; }
is_up() { [ "$(memory_of down)" = 40 ]; }
check "its memory goes" until_true 60 is_down
check "and comes" until_true 60 is_up

# N guests of this size leave half of one over.  That is more than what comes and goes meanwhile: what the two
# balloon, and the page tables (never memory of the guest) of creates that are refused in the end.
free=$(free_mb)
unit=$((free * 2 / (2 * N + 1) - 3))
noise=$((2 * 16 + 2 * N * 3))
note "$free MiB free: $N guests of $unit MiB fit"

# The sizes of a round: all alike, or between half of that and one and a half, another order each time.
sizes() {
    local i
    for i in $(seq $((2 * N))); do
        if [ $(($1 % 2)) = 1 ]; then echo $unit; else echo $((unit * (3 + (i * $1 / 2 + i) % 7) / 6)); fi
    done
}

# create I LIBXL_STOP_AT: in the background; out, status and size are kept.
create() {
    (LIBXL_STOP_AT=$2 xl -v create -p /etc/xen/g$1.cfg >/tmp/out$1 2>&1; echo $? >/tmp/rc$1) &
    pids="$pids $!"
}
ran() { [ "$(cat /tmp/rc$1)" = 0 ]; }
was_populated() { grep -q ': step memory' /tmp/out$1; }
# What a refusal says: needed, free, claimed.
figures() { sed -n 's/.*not enough memory.*: \([0-9]*\) MiB needed, \([0-9]*\) MiB free, \([0-9]*\) MiB of that claimed.*/\1 \2 \3/p' /tmp/out$1; }

# all STEP: 2N creates at once, all of them stopped where they reach the step.
all() {
    local i=0 size
    pids=""
    rm -f /tmp/rc* /tmp/out*
    for size in $(sizes $round); do
        i=$((i + 1))
        echo $size >/tmp/size$i
        tiny_config g$i $size >/dev/null
    done
    for i in $(seq $((2 * N))); do create $i $1; done
}

# refused I: at once, with status 1, and by its own figures it did not fit.
refused() {
    local f=$(figures $1)
    [ "$(cat /tmp/rc$1)" = 1 ] && ! was_populated $1 && [ -n "$f" ] || return 1
    set -- $f
    [ $1 -gt $(($2 - $3 - noise)) ] # somebody may have given memory back between refusal and look
}

# The round's end: everybody was served or refused, and nobody was refused who fits in what is left.
decided() {
    local i ok=0 no=0 left=$(free_mb) size
    xl list >/tmp/list
    cat /tmp/list
    for i in $(seq $((2 * N))); do
        size=$(cat /tmp/size$i)
        if ran $i; then
            ok=$((ok + 1))
            grep -q "^g$i  *[0-9]*  *$size " /tmp/list || { echo "g$i is not whole"; return 1; }
        else
            no=$((no + 1))
            refused $i || { echo "g$i failed otherwise:"; cat /tmp/out$i; return 1; }
        fi
    done
    for i in $(seq $((2 * N))); do
        ran $i || [ $(cat /tmp/size$i) -gt $((left - noise)) ] ||
            { echo "g$i with $(cat /tmp/size$i) MiB fits in $left:"; cat /tmp/out$i; return 1; }
    done
    echo "$ok run, $no refused, $left MiB left"
    [ "$(outstanding_mb)" = 0 ] && [ "$(domains)" = $((2 + ok)) ] || return 1
    [ $((round % 2)) = 0 ] || [ $ok = $N ]
}

gone() { [ "$(domains)" = 2 ] && [ "$(free_mb)" -ge $((free - 33)) ]; }
clear() {
    local i
    for i in $(seq $((2 * N))); do ! ran $i || xl destroy g$i; done
    until_true 60 gone
}

for round in $(seq $ROUNDS); do
    all none
    wait $pids
    check "round $round: $(sizes $round | tr '\n' ' ')MiB" decided
    clear
done

# The same with every create held in the middle of its population, so that all of them are there at once.
held() { for p in $(pidof xl); do ! is_stopped $p || echo $p; done; }
all_held() { [ $(($(held | wc -w) + $(ls /tmp/rc* 2>/dev/null | wc -l))) = $((2 * N)) ]; }
held_round() {
    round=1
    all memory
    until_true 120 all_held || return 1
    echo "held: $(held)"
    kill -CONT $(held)
    wait $pids
}
need "with claims: held in the middle" held_round
check "the others were refused, and each that was held runs" decided
clear

echo 'claim_mode=0' >/etc/xen/xl.conf
half_built() { local i n=0; for i in $(seq $((2 * N))); do ran $i || ! was_populated $i || n=$((n + 1)); done; echo $n; }
need "without claims: held in the middle" held_round
check "guests fail that were populated in part" test "$(half_built)" -gt 0
note "without claims $(half_built) guests failed half-built, $(grep -l '^0$' /tmp/rc* | wc -l) of $N that would fit were built"
clear
check "the guests beside it still balloon" until_true 60 is_down
check "up, too" until_true 60 is_up
