/* SPDX-License-Identifier: GPL-2.0-only */
/* xl's front door: global options, the context, the command. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "xl.h"

#define CONF_FILE "/etc/xen/xl.conf"

static int usage(FILE *out)
{
    fputs("usage: xl [-v]... [-f] [-N] [-t] [-T] COMMAND [ARGUMENT]...\n"
          "\n"
          "  -v  say more; again for still more\n"
          "  -f  do it although it looks wrong\n"
          "  -N  say what would be done, and do nothing\n"
          "  -t  show progress although nobody seems to watch\n"
          "  -T  date and process in every message\n"
          "\n"
          "xl help lists the commands, xl help COMMAND explains one.\n",
          out);
    return out == stdout ? 0 : 1;
}

static xentoollog_logger_stdiostream *make_logger(int verbose, unsigned int flags)
{
    int level = XTL_PROGRESS - verbose;

    if (level < XTL_DEBUG)
        level = XTL_DEBUG;
    if (!isatty(STDERR_FILENO) && !(flags & XTL_STDIOSTREAM_PROGRESS_USE_CR))
        flags |= XTL_STDIOSTREAM_HIDE_PROGRESS;
    return xtl_createlogger_stdiostream(stderr, level, flags);
}

/* Only the commands that explain things work without a hypervisor below. */
static bool needs_context(const struct command *cmd, int argc, char **argv)
{
    return cmd->run != cmd_help &&
           !(argc > 1 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help")));
}

static int run(struct xl *xl, int argc, char **argv)
{
    const struct command *cmd = command_find(argv[0]);
    int rc;

    if (!cmd) {
        fprintf(stderr, "xl: there is no command \"%s\": xl help lists them\n", argv[0]);
        return 1;
    }
    if (!needs_context(cmd, argc, argv))
        return cmd->run(xl, cmd, argc, argv);
    if (xl->dry_run && !cmd->dry_run) {
        fprintf(stderr, "xl %s: -N is not for this command: nothing was done\n", cmd->name);
        return 1;
    }
    if (!access(CONF_FILE, F_OK) && conf_load(&xl->conf, CONF_FILE))
        return 1;
    if (libxl_ctx_alloc(&xl->ctx, LIBXL_VERSION, 0, (xentoollog_logger *)xl->logger))
        return 1;
    optind = 1;
    rc = cmd->run(xl, cmd, argc, argv);
    libxl_ctx_free(xl->ctx);
    return rc;
}

int main(int argc, char **argv)
{
    struct xl xl = {0};
    unsigned int flags = 0;
    int verbose = 0, opt, rc;

    while ((opt = getopt(argc, argv, "+vfNtTh")) != -1) {
        switch (opt) {
        case 'v':
            verbose++;
            break;
        case 'f':
            xl.force = true;
            break;
        case 'N':
            xl.dry_run = true;
            break;
        case 't':
            flags |= XTL_STDIOSTREAM_PROGRESS_USE_CR;
            break;
        case 'T':
            flags |= XTL_STDIOSTREAM_SHOW_DATE | XTL_STDIOSTREAM_SHOW_PID;
            break;
        default:
            return usage(opt == 'h' ? stdout : stderr);
        }
    }
    if (optind >= argc)
        return usage(stderr);
    signal(SIGCHLD,
           SIG_DFL); /* who ignores it, as some daemons do, never learns how a child ended */
    xl.logger = make_logger(verbose, flags);
    if (!xl.logger)
        return 1;
    conf_init(&xl.conf);
    rc = run(&xl, argc - optind, argv + optind);
    conf_free(&xl.conf);
    xtl_logger_destroy((xentoollog_logger *)xl.logger);
    return fflush(stdout) || ferror(stdout) ? 1 : rc;
}
