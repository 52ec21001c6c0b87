# A guest's memory: down and up by its balloon, its maximum, and more than there is.
# machine: mem=2048 timeout=240
need "the daemons start" start_xen
echo 'claim_mode=1' >/etc/xen/xl.conf
guest_config one 256 'maxmem = 256' >/dev/null
need "create" xl create /etc/xen/one.cfg
need "it boots" until_true 90 console_has one GUEST-READY

mem_of() { xl list "$1" | awk 'END {print $3}'; }
mem_is() { [ "$(mem_of one)" -le "$1" ] && [ "$(mem_of one)" -ge "$2" ]; }

before=$(free_mb)
check "mem-set down" xl mem-set one 192
check "the guest gives memory back" until_true 30 mem_is 193 190
check "the host has it" until_true 10 sh -c ". /test/lib.sh; [ \$(free_mb) -ge $((before + 60)) ]"
check "mem-set up" xl mem-set one 256
check "the guest takes it again" until_true 30 mem_is 256 252
check_not "mem-set above the maximum" xl mem-set one 512
check_not "mem-set of nonsense" xl mem-set one much
check "mem-max" xl mem-max one 1024
check_not "ballooning beyond free memory" xl mem-set one 100000
check "the guest still talks" guest_run one 20 "echo still here"
check "destroy" xl destroy one
