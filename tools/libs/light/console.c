/* SPDX-License-Identifier: LGPL-2.1-only */
/* The console of a guest: a page and a port, which xenconsoled turns into a pseudo terminal. */
#include <stdlib.h>

#include "internal.h"

int console_add_primary(libxl_ctx *ctx, uint32_t domid, const struct build_state *state)
{
    ARENA(a);
    struct device dev = {DEVICE_CONSOLE, domid, 0, 0};
    const struct device_node back[] = {{"protocol", "vt100"}, {NULL}};
    const struct device_node front[] = {{"limit", "1048576"},
                                        {"type", "xenconsoled"},
                                        {"output", "pty"},
                                        {"tty", ""},
                                        {"port", arena_printf(&a, "%u", state->console_port)},
                                        {"ring-ref", arena_printf(&a, "%lu", state->console_gfn)},
                                        {NULL}};

    return device_add(ctx, &dev, back, front, NULL);
}

int libxl_console_get_tty(libxl_ctx *ctx, uint32_t domid, int cons_num, libxl_console_type type,
                          char **path)
{
    ARENA(a);
    char *node = cons_num
                     ? arena_printf(&a, "/local/domain/%u/device/console/%d/tty", domid, cons_num)
                     : arena_printf(&a, "/local/domain/%u/console/tty", domid);
    const char *tty = store_read(ctx, &a, XBT_NULL, node);

    if (type == LIBXL_CONSOLE_TYPE_SERIAL)
        return ERROR_INVAL;
    if (!tty || !*tty)
        return ERROR_NOT_READY;
    *path = xstrdup(tty);
    return 0;
}

int libxl_primary_console_get_tty(libxl_ctx *ctx, uint32_t domid_vm, char **path)
{
    return libxl_console_get_tty(ctx, domid_vm, 0, LIBXL_CONSOLE_TYPE_PV, path);
}
