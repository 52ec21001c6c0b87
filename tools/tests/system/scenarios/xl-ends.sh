# How a guest can end, and what its configuration makes of it: started again, set aside, kept, destroyed.
# machine: mem=2048 timeout=500
need "the daemons start" start_xen
cfg=$(guest_config one 192 'on_reboot = "rename-restart"' 'on_poweroff = "preserve"')
boots() { [ "$(grep -c GUEST-READY /var/log/xen/console/guest-one.log)" -ge "$1" ]; }
state_of() { xl list $1 | awk 'END {print $5}'; }

need "create" xl create $cfg
need "it boots" until_true 90 boots 1
old=$(xl domid one)
check "reboot" xl reboot one
check "a new domain of this name boots" until_true 120 boots 2
check "the old one is set aside, stopped" sh -c 'xl list one-preserved | tail -n 1 | grep -q -- "---s-- "'
check "with its number" test "$(xl domid one-preserved)" = $old
check "the new one has another" test "$(xl domid one)" != $old
check "destroy the one set aside" xl destroy one-preserved

check "from now on: started again when it crashes" xl config-update one $cfg 'on_crash="restart"' 'on_reboot="destroy"'
now=$(xl domid one)
printf 'echo c >/proc/sysrq-trigger\n' | timeout 10 xl console one >/dev/null 2>&1
check "it crashes and is started again" until_true 120 boots 3
check "as a new domain" test "$(xl domid one)" != $now
check "of which it is said why" grep -q "reason code 3" /var/log/xen/xl-one.log

check "shutdown" xl shutdown one
stopped() { state_of one | grep -q s; }
check "it is kept, stopped" until_true 60 stopped
check "nobody looks after it any more" until_true 20 sh -c '! pidof xl'
check "destroy" xl destroy one
check "nothing in xenstore" test "$(xenstore-list /local/domain)" = 0
cat /var/log/xen/xl-one.log
