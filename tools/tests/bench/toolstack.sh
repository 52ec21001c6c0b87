# SPDX-License-Identifier: GPL-2.0-only
# What toolstack.py measures, run in dom0 as a scenario of the system tests is.  Between two marks lies one command;
# before each the machine comes to rest, so that what an earlier one left behind is not counted.
start_xen || finish

# row NAME COMMAND...: one figure; its status and the last line it said are printed.
row() {
    local name="$1" status; shift
    sleep 2
    mark
    "$@" >/tmp/out 2>&1; status=$?
    mark
    echo "@@ row $name"
    echo "@@ status $status $(tail -n 1 /tmp/out)"
}

# refused NAME MIB: a guest that is too large, with a claim and without.
refused() {
    tiny_config big $2 >/dev/null
    echo 'claim_mode=1' >/etc/xen/xl.conf
    row "$1, claimed" xl create -p /etc/xen/big.cfg
    echo 'claim_mode=0' >/etc/xen/xl.conf
    row "$1, not claimed" xl create -p /etc/xen/big.cfg
}

row "nothing" true
row "xl info" xl info
row "xl list" xl list
echo 'claim_mode=1' >/etc/xen/xl.conf
for mib in 256 1024 2000; do
    tiny_config g$mib $mib >/dev/null
    row "xl create -p, $mib MiB" xl create -p /etc/xen/g$mib.cfg
    row "xl destroy, $mib MiB" xl destroy g$mib
done
refused "failing create, 4000 MiB" 4000

# Over sizes: what is free is 64 MiB less than is asked for.
free=$(free_mb)
for mib in 512 1024 2048; do
    tiny_config filler $((free - mib + 64)) >/dev/null
    xl create -p /etc/xen/filler.cfg >/dev/null 2>&1
    refused "refused $mib" $mib
    xl destroy filler
done
