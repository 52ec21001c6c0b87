/* SPDX-License-Identifier: GPL-2.0-only */
/* xl mem-max, xl mem-set. */
#include <inttypes.h>

#include "xl.h"

static int memory_argument(const char *text, uint64_t *kb)
{
    if (parse_memory(text, 1024, kb) && *kb)
        return 0;
    fprintf(stderr, "\"%s\" is no amount of memory: say 512 (MiB), 512m, 2g, 1t\n", text);
    return -1;
}

COMMAND(cmd_mem_max)
{
    uint64_t kb;
    uint32_t domid;

    command_option(cmd, argc, argv, "", NULL, 2);
    domid = find_domain(xl, argv[optind]);
    if (memory_argument(argv[optind + 1], &kb))
        return 1;
    return !skip_for_dry_run(xl, cmd->name, argv[optind]) &&
           libxl_domain_setmaxmem(xl->ctx, domid, kb);
}

/* More than there is would leave the guest ballooning in vain: that is said at once instead. */
static int check_free(struct xl *xl, uint32_t domid, uint64_t kb)
{
    libxl_dominfo info;
    uint64_t free_kb, more;

    if (libxl_domain_info(xl->ctx, &info, domid) || libxl_get_free_memory(xl->ctx, &free_kb))
        return -1;
    more = kb > info.current_memkb ? kb - info.current_memkb : 0;
    libxl_dominfo_dispose(&info);
    if (more <= free_kb || xl->force)
        return 0;
    fprintf(stderr,
            "domain %u would need %" PRIu64 " MiB more, and %" PRIu64
            " MiB are free and unclaimed\n",
            domid, more / 1024, free_kb / 1024);
    return -1;
}

COMMAND(cmd_mem_set)
{
    uint64_t kb;
    uint32_t domid;

    command_option(cmd, argc, argv, "", NULL, 2);
    domid = find_domain(xl, argv[optind]);
    if (memory_argument(argv[optind + 1], &kb) || check_free(xl, domid, kb))
        return 1;
    return !skip_for_dry_run(xl, cmd->name, argv[optind]) &&
           libxl_set_memory_target(xl->ctx, domid, kb, 0, 1);
}
