# Time in dom0: a busy processor still gets its timer interrupts, and the clock keeps pace with the machine's.
# machine: mem=2048 timeout=240

up() { cut -d' ' -f1 /proc/uptime; }
ms() { awk '{printf "%d", $1 * 1000}' /proc/uptime; }
rtc() { cat /sys/class/rtc/rtc0/since_epoch; }

# A process that never sleeps must not keep another one's timer from firing.
busy_timer() {
    local start=$(ms) spin
    while :; do :; done &
    spin=$!
    sleep 2
    local took=$(($(ms) - start))
    kill $spin
    echo "a sleep of 2000 ms took $took ms"
    [ $took -ge 2000 ] && [ $took -lt 3000 ]
}

# How far the clock is ahead of the machine's, in us but for whole seconds: at the moments when its second changes.
# Looking late makes it more, so the least of several counts.  No process is started in between: that takes too long.
ahead() {
    local edge now before least= us
    read -r before </sys/class/rtc/rtc0/since_epoch
    for edge in 1 2 3 4 5 6 7 8; do
        while read -r now </sys/class/rtc/rtc0/since_epoch && [ "$now" = "$before" ]; do :; done
        us=${EPOCHREALTIME/[.,]/}
        us=$((us - now * 1000000)) before=$now
        [ -z "$least" ] || [ $us -lt $least ] && least=$us
    done
    echo $least
}

# The drift against the RTC, in parts per million, over a minute.
drift() {
    local first last ppm
    first=$(ahead)
    sleep 52
    last=$(ahead)
    ppm=$(((last - first) / 60))
    note "drift over 60 s: $((last - first)) us, $ppm ppm"
    [ ${ppm#-} -le 100 ]
}

check "the RTC is there" rtc
check "a sleep beside a busy process" busy_timer
check "a sleep of no time returns" sleep 0
check "the clock and the RTC agree" drift
