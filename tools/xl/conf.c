/* SPDX-License-Identifier: GPL-2.0-only */
/* xl.conf(5): what holds for every guest of the host. */
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "xl.h"

void conf_init(struct xl_conf *conf)
{
    memset(conf, 0, sizeof(*conf));
    conf->autoballoon = 2;
    conf->run_hotplug_scripts = true;
    conf->max_grant_frames = conf->max_maptrack_frames = LIBXL_MAX_GRANT_DEFAULT;
}

void conf_free(struct xl_conf *conf)
{
    free(conf->vif_script);
    free(conf->default_bridge);
    free(conf->default_gatewaydev);
}

/* ---- One function per kind of value; each takes the member to set ---- */

typedef int conf_set(const struct config *config, const struct config_setting *s, void *member);

static int wrong(const struct config *config, const struct config_setting *s, const char *expected)
{
    config_error(config, s->value.line, "%s: expected %s", s->name, expected);
    return -1;
}

static bool value_number(const struct config_value *v, long long *n)
{
    if (v->kind == CONFIG_NUMBER) {
        *n = v->number;
        return true;
    }
    return v->kind == CONFIG_STRING && parse_long(v->text, n);
}

static int set_bool(const struct config *config, const struct config_setting *s, void *member)
{
    long long n;

    if (!value_number(&s->value, &n) || n < 0 || n > 1)
        return wrong(config, s, "0 or 1");
    *(bool *)member = n;
    return 0;
}

static int set_u32(const struct config *config, const struct config_setting *s, void *member)
{
    long long n;

    if (!value_number(&s->value, &n) || n < 0 || n > UINT32_MAX)
        return wrong(config, s, "a number");
    *(uint32_t *)member = n;
    return 0;
}

static int set_string(const struct config *config, const struct config_setting *s, void *member)
{
    if (s->value.kind != CONFIG_STRING)
        return wrong(config, s, "a \"string\"");
    free(*(char **)member);
    *(char **)member = xstrdup(s->value.text);
    return 0;
}

static int set_balloon(const struct config *config, const struct config_setting *s, void *member)
{
    static const char *const words[] = {"off", "on", "auto"};
    const struct config_value *v = &s->value;

    for (int i = 0; i < 3; i++) {
        if ((v->kind == CONFIG_STRING && !strcmp(v->text, words[i])) ||
            (v->kind == CONFIG_NUMBER && v->number == i && i < 2)) {
            *(int *)member = i;
            return 0;
        }
    }
    return wrong(config, s, "\"auto\", \"on\" or \"off\"");
}

static const struct {
    const char *name;
    conf_set *set; /* NULL: known to other versions, without effect here */
    size_t offset;
} rows[] = {
    {"claim_mode", set_bool, offsetof(struct xl_conf, claim_mode)},
    {"autoballoon", set_balloon, offsetof(struct xl_conf, autoballoon)},
    {"run_hotplug_scripts", set_bool, offsetof(struct xl_conf, run_hotplug_scripts)},
    {"vif.default.script", set_string, offsetof(struct xl_conf, vif_script)},
    {"vif.default.bridge", set_string, offsetof(struct xl_conf, default_bridge)},
    {"vif.default.gatewaydev", set_string, offsetof(struct xl_conf, default_gatewaydev)},
    {"max_grant_frames", set_u32, offsetof(struct xl_conf, max_grant_frames)},
    {"max_maptrack_frames", set_u32, offsetof(struct xl_conf, max_maptrack_frames)},
    {"lockfile", NULL},
    {"vif.default.backend", NULL},
    {"remus.default.netbufscript", NULL},
    {"colo.default.proxyscript", NULL},
    {"output_format", NULL},
    {"suspend_mode", NULL},
    {"sched_smt", NULL},
    {"vm.cpumask", NULL},
    {"vm.hvm.cpumask", NULL},
    {"vm.pv.cpumask", NULL},
    {"domid_policy", NULL},
    {"max_grant_version", NULL},
};

const char *conf_key_name(unsigned int i)
{
    return i < ARRAY_SIZE(rows) ? rows[i].name : NULL;
}

static int conf_setting(struct xl_conf *conf, const struct config *config,
                        const struct config_setting *s)
{
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (!strcmp(rows[i].name, s->name))
            return rows[i].set ? rows[i].set(config, s, (char *)conf + rows[i].offset) : 0;
    config_unknown(config, s);
    return 0;
}

int conf_load(struct xl_conf *conf, const char *path)
{
    struct config *config = config_read(path);
    int rc = config ? 0 : -1;

    for (struct config_setting *s = config ? config->settings : NULL; s; s = s->next)
        if (conf_setting(conf, config, s))
            rc = -1;
    config_free(config);
    return rc;
}
