# SPDX-License-Identifier: GPL-2.0-only
# What `make run` shows in dom0.  Each step is a command that a user would type.

show() { printf '\n\033[1m# %s\033[0m\n' "$*"; "$@"; }
# must COMMAND...: a step that has to succeed.
must() { show "$@" || echo "@@ not ok status $? of: $*"; }

# create_held CONFIG: xl create, held where its claim is staked and nothing populated yet; xl claims; and on.
create_held() {
    printf '\n\033[1m# LIBXL_STOP_AT=populate xl create %s &     (held as soon as its memory is claimed)\033[0m\n' "$1"
    LIBXL_STOP_AT=populate xl create -q "$1" &
    local pid=$!
    until_true 60 is_stopped $pid || echo "@@ not ok no claim was staked for $1"
    must xl claims
    must kill -CONT $pid
    wait $pid || echo "@@ not ok status $? of: xl create $1"
}

start_xen || echo "@@ not ok the daemons do not start"
echo 'claim_mode=1' >/etc/xen/xl.conf
guest_config web 256 'vcpus = 2' >/dev/null
guest_config db 2048 'vcpus = 1' >/dev/null
guest_config huge 65536 >/dev/null

must xl info
must xl create -q /etc/xen/web.cfg
create_held /etc/xen/db.cfg
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
