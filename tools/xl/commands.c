/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands of xl, and how each is called. */
#include <stdlib.h>
#include <string.h>

#include "xl.h"

const struct command commands[] = {
    {"create", cmd_create, "[OPTION]... FILE [KEY=VALUE]...",
     "Create a domain from a configuration file",
     "  -p, --paused       leave it paused\n"
     "  -c, --console      attach to its console\n"
     "  -n, --dryrun       read the configuration, print it as JSON, create nothing\n"
     "  -q, --quiet        say nothing but errors\n"
     "  -F                 stay in the foreground and look after the domain\n"
     "  -e                 leave nobody to look after it: reboot and crash end in a stopped "
     "domain\n"
     "  -f, --defconfig=FILE  the same as FILE\n",
     .dry_run = true},
    {"config-update", cmd_config_update, "DOMAIN FILE [KEY=VALUE]...",
     "Change the configuration that a domain is rebuilt from when it reboots", NULL},
    {"list", cmd_list, "[-l] [-v] [-n] [-c] [-Z] [DOMAIN]...", "List domains",
     "  -l, --long     their configurations, as JSON\n"
     "  -v, --verbose  identities and reasons of shutdown too\n"
     "  -n, --numa     their nodes too\n"
     "  -c, --cpupool  their pools too\n"
     "  -Z, --context  their security labels too, of which there are none\n",
     .dry_run = true},
    {"destroy", cmd_destroy, "[-f] DOMAIN...", "Take a domain away at once",
     "  -f  accepted for compatibility\n", .dry_run = true},
    {"shutdown", cmd_shutdown, "[-w] -a | DOMAIN...", "Ask a domain to shut down",
     "  -a, --all   every domain but the control domain\n"
     "  -w, --wait  until it has\n"
     "  -F          accepted for compatibility\n",
     .dry_run = true},
    {"reboot", cmd_reboot, "[-w] -a | DOMAIN...", "Ask a domain to reboot",
     "  -a, --all   every domain but the control domain\n"
     "  -w, --wait  until it has\n"
     "  -F          accepted for compatibility\n",
     .dry_run = true},
    {"pause", cmd_pause, "DOMAIN...", "Stop the vCPUs of a domain", NULL, .dry_run = true},
    {"unpause", cmd_unpause, "DOMAIN...", "Let the vCPUs of a domain run", NULL, .dry_run = true},
    {"console", cmd_console, "[-t pv] [-n 0] DOMAIN", "Attach to the console of a domain",
     "  Ctrl-] leaves it.\n"},
    {"mem-max", cmd_mem_max, "DOMAIN MEMORY", "Set how much memory a domain may have",
     "  MEMORY in MiB, or with a suffix b (bytes), k, m, g, t.\n", .dry_run = true},
    {"mem-set", cmd_mem_set, "DOMAIN MEMORY", "Set how much memory a domain shall have",
     "  MEMORY in MiB, or with a suffix b (bytes), k, m, g, t.\n", .dry_run = true},
    {"claims", cmd_claims, "[-n] [--json]", "List how much memory is claimed, and by whom",
     "  -n, --numa  per node\n"
     "  --json      as JSON\n",
     .dry_run = true},
    {"runstate", cmd_runstate, "[OPTION]... [DOMAIN]...",
     "Show how domains spend their time, and what to do about it",
     "  -i, --interval=SECONDS  look again every so often; shares are then those of the interval\n"
     "  -n, --count=COUNT       look so many times, then end\n"
     "  --json                  as JSON, one document a look\n"
     "  --prometheus            as Prometheus text: counters since each domain's creation\n",
     .dry_run = true},
    {"info", cmd_info, "[-n]", "Describe the host", "  -n, --numa  CPU topology and nodes too\n",
     .dry_run = true},
    {"top", cmd_top, "[-d SECONDS] [-n COUNT]", "Watch the host and its domains",
     "  -d SECONDS  look again every so often (3)\n"
     "  -n COUNT    look so many times, then end; q or Ctrl-C ends it, any other key looks again\n",
     .dry_run = true},
    {"uptime", cmd_uptime, "[-s] [DOMAIN]...", "Say for how long domains have been up",
     "  -s, --short  the time of day and to the minute, without a table's head\n", .dry_run = true},
    {"vcpu-list", cmd_vcpu_list, "[DOMAIN]...", "List vCPUs", NULL, .dry_run = true},
    {"vcpu-pin", cmd_vcpu_pin, "[-f] DOMAIN VCPU|all HARD [SOFT]", "Set where vCPUs may run",
     "  HARD and SOFT are lists of CPUs, as 0-3,^1 or nodes:0, all, or - for no change.\n"
     "  -f, --force  override a temporary pinning by the hypervisor\n",
     .dry_run = true},
    {"vcpu-set", cmd_vcpu_set, "[-i] DOMAIN COUNT", "Set how many vCPUs a domain uses",
     "  -i, --ignore-host  accepted for compatibility: the host's CPUs are no limit\n",
     .dry_run = true},
    {"sched-credit2", cmd_sched_credit2,
     "[-d DOMAIN [-w WEIGHT] [-c CAP]] | [-s [-r MICROSECONDS]] [-p POOL]",
     "Show or set the parameters of the credit2 scheduler",
     "  -d, --domain=DOMAIN    of this domain\n"
     "  -w, --weight=WEIGHT    its share beside others' (256)\n"
     "  -c, --cap=CAP          the most that it gets, in percent of a CPU (0: no limit)\n"
     "  -s, --schedparam       of a pool\n"
     "  -r, --ratelimit_us=MICROSECONDS  how long a vCPU runs at least (0: no limit)\n"
     "  -p, --cpupool=POOL     of this pool only\n"},
    {"cpupool-list", cmd_cpupool_list, "[-c] [POOL]", "List CPU pools",
     "  -c, --cpus  with their CPUs\n", .dry_run = true},
    {"cpupool-create", cmd_cpupool_create, "[-n] FILE | KEY=VALUE...", "Create a CPU pool",
     "  -n, --dryrun          say what would be made, make nothing\n"
     "  -f, --defconfig=FILE  the same as FILE\n"
     "  Keys: name, sched (credit2, credit, null, rtds), cpus, nodes.\n",
     .dry_run = true},
    {"cpupool-destroy", cmd_cpupool_destroy, "POOL", "Dissolve a CPU pool without domains", NULL},
    {"cpupool-rename", cmd_cpupool_rename, "POOL NAME", "Rename a CPU pool", NULL},
    {"cpupool-cpu-add", cmd_cpupool_cpu_add, "POOL CPUS", "Add unused CPUs to a pool",
     "  CPUS is a list as 0-3,^1, or node:N.\n"},
    {"cpupool-cpu-remove", cmd_cpupool_cpu_remove, "POOL CPUS", "Take CPUs out of a pool",
     "  CPUS is a list as 0-3,^1, or node:N.\n"},
    {"cpupool-migrate", cmd_cpupool_migrate, "DOMAIN POOL", "Move a domain to another pool", NULL},
    {"cpupool-numa-split", cmd_cpupool_numa_split, "", "Give every NUMA node a pool of its own",
     NULL},
    {"block-attach", cmd_block_attach, "DOMAIN DISK...", "Give a domain a disk",
     "  DISK as in xl.cfg: /dev/vg/lv,raw,xvdb,rw or file:/path,xvdb,w.\n", .dry_run = true},
    {"block-list", cmd_block_list, "DOMAIN...", "List the disks of a domain", NULL,
     .dry_run = true},
    {"block-detach", cmd_block_detach, "[-f] DOMAIN VDEV", "Take a disk from a domain",
     "  -f, --force  although it is in use\n"},
    {"network-attach", cmd_network_attach, "DOMAIN [mac=...] [bridge=...] [KEY=VALUE]...",
     "Give a domain a network interface", NULL, .dry_run = true},
    {"network-list", cmd_network_list, "DOMAIN...", "List the network interfaces of a domain", NULL,
     .dry_run = true},
    {"network-detach", cmd_network_detach, "DOMAIN NUMBER|MAC",
     "Take a network interface from a domain", NULL},
    {"domid", cmd_domid, "NAME", "The number of a domain", NULL, .dry_run = true},
    {"domname", cmd_domname, "NUMBER", "The name of a domain", NULL, .dry_run = true},
    {"rename", cmd_rename, "DOMAIN NAME", "Rename a domain", NULL},
    {"dmesg", cmd_dmesg, "[-c]", "Print the hypervisor's log", "  -c, --clear  and empty it\n"},
    {"debug-keys", cmd_debug_keys, "KEYS", "Press keys on the hypervisor's console", NULL},
    {"help", cmd_help, "[-l | COMMAND]", "Explain a command, or list all", NULL, .dry_run = true},
    {NULL},
};

/* An unambiguous beginning is enough. */
const struct command *command_find(const char *name)
{
    const struct command *found = NULL;

    for (const struct command *c = commands; c->name; c++) {
        if (!strcmp(c->name, name))
            return c;
        if (!strncmp(c->name, name, strlen(name))) {
            if (found)
                return NULL;
            found = c;
        }
    }
    return found;
}

void command_help(FILE *out, const struct command *cmd)
{
    fprintf(out, "usage: xl %s %s\n\n%s.\n", cmd->name, cmd->arguments, cmd->summary);
    if (cmd->options)
        fprintf(out, "\n%s", cmd->options);
}

int command_option(const struct command *cmd, int argc, char **argv, const char *letters,
                   const struct option *names, int least)
{
    static const struct option none[] = {{"help", no_argument, NULL, 'h'}, {0}};
    char *all = xasprintf("%sh", letters);
    int opt;

    if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
        command_help(stdout, cmd);
        exit(0);
    }
    opt = getopt_long(argc, argv, all, names ? names : none, NULL);
    free(all);
    if (opt == 'h') {
        command_help(stdout, cmd);
        exit(0);
    }
    if (opt == '?' || (opt == -1 && argc - optind < least)) {
        if (opt == -1)
            fprintf(stderr, "xl %s: an argument is missing\n", cmd->name);
        command_help(stderr, cmd);
        exit(1);
    }
    return opt;
}

COMMAND(cmd_help)
{
    bool list = argc > 1 && !strcmp(argv[1], "-l");

    if (argc > 1 && !list) {
        const struct command *c = command_find(argv[1]);

        if (!c) {
            fprintf(stderr, "xl: there is no command \"%s\": xl help lists them\n", argv[1]);
            return 1;
        }
        command_help(stdout, c);
        return 0;
    }
    if (!list)
        fputs("usage: xl [-v]... [-f] [-N] [-t] [-T] COMMAND [ARGUMENT]...\n\n", stdout);
    for (const struct command *c = commands; c->name; c++)
        list ? puts(c->name) : printf(" %-19s %s\n", c->name, c->summary);
    return 0;
}
