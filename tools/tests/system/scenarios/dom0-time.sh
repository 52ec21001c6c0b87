# Time in dom0: a busy processor still gets its timer interrupts, and the clock keeps pace with the machine's.
# machine: mem=2048 timeout=240

up() { cut -d' ' -f1 /proc/uptime; }
ms() { awk '{printf "%d", $1 * 1000}' /proc/uptime; }
rtc() { cat /sys/class/rtc/rtc0/since_epoch; }

# Starts at the next full second of the machine's real-time clock.
rtc_edge() { local s=$(rtc); while [ "$(rtc)" = "$s" ]; do :; done; }

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

# The drift against the RTC, in parts per million, over a minute.
drift() {
    rtc_edge; local r0=$(rtc) m0=$(ms)
    sleep 59
    rtc_edge; local r1=$(rtc) m1=$(ms)
    local ppm=$((((m1 - m0) - (r1 - r0) * 1000) * 1000 / (r1 - r0)))
    note "drift over $((r1 - r0)) s: $ppm ppm"
    [ ${ppm#-} -le 1000 ]
}

check "the RTC is there" rtc
check "a sleep beside a busy process" busy_timer
check "a sleep of no time returns" sleep 0
check "the clock and the RTC agree" drift
