# A guest with Debian's kernel through its whole life: created, seen, talked to, rebooted, shut down, destroyed.
# machine: mem=2048 timeout=200
need "the daemons start" start_xen
echo 'claim_mode=1' >/etc/xen/xl.conf
before=$(free_mb)
cfg=$(guest_config one 256 'vcpus = 2')

# The guest's view against the toolstack's.
guest_sees() { guest_run one 20 "$1" | grep -q "$2"; }
boots() { grep -c GUEST-READY /var/log/xen/console/guest-one.log; }
booted() { [ "$(boots)" -ge "$1" ]; }

need "create" xl create $cfg
need "it boots" until_true 90 console_has one GUEST-READY
check "two vCPUs" console_has one "GUEST-START cpus=2"
check "list has it" sh -c 'xl list | grep -q "^one  *[0-9]*  *256  *2 "'
check "list -l is JSON with its name" sh -c 'xl list -l one | grep -q "\"name\": *\"one\""'
check "vcpu-list has two lines" sh -c '[ $(xl vcpu-list one | grep -c "^one ") = 2 ]'
check "domid and domname" sh -c '[ "$(xl domname $(xl domid one))" = one ]'
check "the console takes and gives" guest_run one 20 "echo 6 times 7 is \$((6 * 7))"
check "what was typed was run" console_has one "6 times 7 is 42"
check "info: free memory went down" test "$(free_mb)" -lt $((before - 255))
check "no claim is left" sh -c 'xl info | grep -q "^outstanding_claims *: 0$"'
check "pause" xl pause one
check "list shows it paused" sh -c 'xl list one | tail -n 1 | grep -q "p--- "'
check "unpause" xl unpause one
check "reboot" xl reboot one
check "it boots again" until_true 120 booted 2
check "shutdown" xl shutdown one
check "it is gone" until_true 60 domain_gone one
check "create -p" xl create -p $cfg
check "destroy" xl destroy one
check "destroyed" domain_gone one
check "its memory is back" until_true 20 sh -c ". /test/lib.sh; [ \$(free_mb) -ge $before ]"
check "nothing in xenstore" sh -c '[ "$(xenstore-list /local/domain)" = 0 ] && ! xenstore-ls /vm/* 2>/dev/null | grep -q one'
check_not "list of what is gone" xl list one
cat /var/log/xen/xl-one.log 2>/dev/null | tail -n 20
