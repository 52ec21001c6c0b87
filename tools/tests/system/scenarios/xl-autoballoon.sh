# A guest for which the control domain gives up memory of its own, because xl.conf says so; and one for which it does not.
# machine: mem=1536 dom0_mem=1024M timeout=300
need "the daemons start" start_xen
free=$(free_mb)
size=$((free + 128))
cfg=$(tiny_config big $size)
mem_of() { xl list "$1" | awk 'END {print $3}'; }
note "$free MiB free, a guest of $size MiB"

echo 'autoballoon="off"' >/etc/xen/xl.conf
check_not "off: there is not enough" xl create -p $cfg
echo 'autoballoon="on"' >/etc/xen/xl.conf
before=$(mem_of 0)
check "on: created" xl create -p $cfg
check "from dom0's memory" test "$(mem_of 0)" -lt $((before - 100))
check "the guest is whole" test "$(mem_of big)" -ge $size
check "destroy" xl destroy big

echo 'autoballoon="auto"' >/etc/xen/xl.conf
xl mem-set 0 $before
back() { [ "$(mem_of 0)" -ge $((before - 1)) ]; }
check "dom0 takes its memory again" until_true 60 back
check_not "auto: dom0_mem= was said, so there is not enough" xl create -p $cfg
check "which costs dom0 nothing" back
check "no domain, no xenstore node" sh -c '[ "$(xl list | wc -l)" = 2 ] && [ "$(xenstore-list /local/domain)" = 0 ]'
