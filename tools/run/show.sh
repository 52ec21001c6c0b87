# SPDX-License-Identifier: GPL-2.0-only
# What `make run` shows in dom0.  Each step is a command that a user would type.

show() { printf '\n\033[1m# %s\033[0m\n' "$*"; "$@"; }
# must COMMAND...: a step that has to succeed.
must() { show "$@" || echo "@@ not ok status $? of: $*"; }

# create_watched CONFIG: xl create, and what is claimed meanwhile.
create_watched() {
    printf '\n\033[1m# xl create %s &  xl claims\033[0m\n' "$1"
    xl create -q "$1" &
    local pid=$! seen=
    while kill -0 $pid 2>/dev/null; do
        if [ -z "$seen" ] && xl claims >/tmp/claims && awk 'NR > 1 && $NF > 0 {found = 1} END {exit !found}' /tmp/claims; then
            seen=1
            cat /tmp/claims
        fi
    done
    wait $pid || echo "@@ not ok status $? of: xl create $1"
    [ -n "$seen" ] || echo '(The claim was redeemed before xl claims could look: memory comes in large blocks.)'
}

start_xen || echo "@@ not ok the daemons do not start"
echo 'claim_mode=1' >/etc/xen/xl.conf
guest_config web 256 'vcpus = 2' >/dev/null
guest_config db 2048 'vcpus = 1' >/dev/null
guest_config huge 65536 >/dev/null

must xl info
create_watched /etc/xen/web.cfg
create_watched /etc/xen/db.cfg
for guest in web db; do
    xl domid $guest >/dev/null && until_true 120 console_has $guest GUEST-READY ||
        echo "@@ not ok $guest does not boot"
done
must xl list
must xl claims
printf '\n\033[1m# xl create /etc/xen/huge.cfg     (64 GiB: more than there is)\033[0m\n'
if xl create /etc/xen/huge.cfg; then
    echo "@@ not ok a guest of 64 GiB was started"
else
    echo "refused, exit status $?"
fi
must xl runstate -i 2 -n 1
if grep -q show=shell /proc/cmdline; then
    printf '\nThis is dom0.  Try: xl help, xl list, xl console web (leave with Ctrl-]), xl top.  exit powers off.\n\n'
    setsid sh -c 'exec sh -i </dev/hvc0 >/dev/hvc0 2>&1'
fi
