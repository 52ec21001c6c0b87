/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xl: one program, many commands.
 *
 * A command is a row of the table in commands.c: its name, its function, what it is for and how it
 * is called.  A function gets the program's state and its own arguments, argv[0] being its name,
 * and returns the exit status: 0, or 1 after a message on standard error.
 */
#ifndef XL_H
#define XL_H

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <xentoollog.h>
#include <libxl.h>
#include <libxl_utils.h>

#include "util.h"

/* The settings of xl.conf(5). */
struct xl_conf {
    bool claim_mode;
    int autoballoon; /* 0 off, 1 on, 2 auto */
    char *vif_script, *default_bridge, *default_gatewaydev;
    uint32_t max_grant_frames, max_maptrack_frames;
    bool run_hotplug_scripts;
};

struct xl {
    libxl_ctx *ctx;
    xentoollog_logger_stdiostream *logger;
    struct xl_conf conf;
    bool dry_run; /* -N: say what would be done */
    bool force;   /* -f */
};

struct command {
    const char *name;
    int (*run)(struct xl *xl, const struct command *cmd, int argc, char **argv);
    const char *arguments; /* behind "xl name " */
    const char *summary;
    const char *options; /* more lines of help, or NULL */
    bool dry_run;        /* it changes nothing, or says under -N what it would change */
};

extern const struct command commands[]; /* the last has no name */
const struct command *command_find(const char *name);
void command_help(FILE *out, const struct command *cmd);

/*
 * The next option of a command, -1 behind the last.  An unknown option, or fewer than `least` other
 * arguments, ends the program with the command's usage text; --help ends it well.
 */
int command_option(const struct command *cmd, int argc, char **argv, const char *letters,
                   const struct option *names, int least);

/* A domain by name or number; ends the program when there is none. */
uint32_t find_domain(struct xl *xl, const char *name);
uint32_t find_pool(struct xl *xl, const char *name);
/* Its name for people, the caller's to free: never NULL. */
char *domain_name(struct xl *xl, uint32_t domid);
/* What it is doing as six letters or dashes: running, blocked, paused, shut down, crashed, dying. */
struct domain_letters {
    char text[7];
} domain_letters(const libxl_dominfo *d);
/* Every domain, sorted as the hypervisor has them; NULL after a message. */
libxl_dominfo *list_domains(struct xl *xl, int *nr);
/* The named domains, or all when there are no names. */
libxl_dominfo *list_named(struct xl *xl, int argc, char **argv, int *nr);

/* Dry run: says so and returns true. */
bool skip_for_dry_run(struct xl *xl, const char *what, const char *name);

void conf_init(struct xl_conf *conf);
int conf_load(struct xl_conf *conf, const char *path);
void conf_free(struct xl_conf *conf);
/* The keys of xl.conf(5), one after the other, then NULL. */
const char *conf_key_name(unsigned int i);

/* ---- What several commands share ---- */

/* xl.cfg into libxl's structure; 0, or -1 after messages. */
struct config;
int guest_config(struct xl *xl, const struct config *config, libxl_domain_config *d);
/* The keys of xl.cfg(5), one after the other, then NULL. */
const char *guest_key_name(unsigned int i);

/* A list of CPUs, of the host's into a map of all of them, or of a guest's nr; 0, or -1 and *error,
 * which is the caller's, and NULL when the host could not be asked. */
int cpulist_parse(struct xl *xl, const char *text, libxl_bitmap *map, char **error);
int vcpulist_parse(const char *text, int nr, libxl_bitmap *map, char **error);
char *cpulist_format(const libxl_bitmap *map, int nr);
int disk_parse(const char *text, libxl_device_disk *disk, char **error);
int nic_parse(const struct xl_conf *conf, const char *text, libxl_device_nic *nic, char **error);

/* Creates; *domid and 0, or -1 after a message. */
struct creation {
    libxl_domain_config *config;
    bool paused, console;
};
int domain_create(struct xl *xl, const struct creation *creation, uint32_t *domid);
/* Detaches from the terminal and looks after the domain until its end; the caller goes on. */
int monitor_start(struct xl *xl, uint32_t domid, const char *name, bool foreground);

/* stay: listen on when there is no more input. */
int console_attach(struct xl *xl, uint32_t domid, bool stay);
void print_json(char *text); /* prints and frees */

#define COMMAND(name) int name(struct xl *xl, const struct command *cmd, int argc, char **argv)
COMMAND(cmd_block_attach);
COMMAND(cmd_block_detach);
COMMAND(cmd_block_list);
COMMAND(cmd_claims);
COMMAND(cmd_config_update);
COMMAND(cmd_console);
COMMAND(cmd_cpupool_cpu_add);
COMMAND(cmd_cpupool_cpu_remove);
COMMAND(cmd_cpupool_create);
COMMAND(cmd_cpupool_destroy);
COMMAND(cmd_cpupool_list);
COMMAND(cmd_cpupool_migrate);
COMMAND(cmd_cpupool_numa_split);
COMMAND(cmd_cpupool_rename);
COMMAND(cmd_create);
COMMAND(cmd_debug_keys);
COMMAND(cmd_destroy);
COMMAND(cmd_dmesg);
COMMAND(cmd_domid);
COMMAND(cmd_domname);
COMMAND(cmd_help);
COMMAND(cmd_info);
COMMAND(cmd_list);
COMMAND(cmd_mem_max);
COMMAND(cmd_mem_set);
COMMAND(cmd_network_attach);
COMMAND(cmd_network_detach);
COMMAND(cmd_network_list);
COMMAND(cmd_pause);
COMMAND(cmd_reboot);
COMMAND(cmd_rename);
COMMAND(cmd_runstate);
COMMAND(cmd_sched_credit2);
COMMAND(cmd_shutdown);
COMMAND(cmd_top);
COMMAND(cmd_unpause);
COMMAND(cmd_uptime);
COMMAND(cmd_vcpu_list);
COMMAND(cmd_vcpu_pin);
COMMAND(cmd_vcpu_set);

#endif /* XL_H */
