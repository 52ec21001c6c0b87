# The example of the documentation: a program of its own creates a guest through libxl's public headers.
# machine: mem=1024
need "the daemons start" start_xen
need "the example creates a guest" test-create web /boot/vmlinux.gz /boot/guest.gz 192
check "which boots" until_true 90 console_has web GUEST-READY
check "and which xl knows" test "$(xl domid web)" = 1
check "its claim is redeemed" sh -c 'xl claims 2>/dev/null | awk "/^web/ {exit \$NF != 0}"'
check "destroy" xl destroy web
