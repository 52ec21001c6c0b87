/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xl.cfg(5): what the keys of a guest's configuration mean.
 *
 * Every key is a row of one table.  Most rows say where their value goes and how it is checked;
 * some name a function.  A key without a row is unknown and draws a warning: it may be a slip.
 */
#include <string.h>

#include "guest_keys.h"

/* ---- The table; keys are read in this order, whatever the file's ---- */

#define AT(m)  offsetof(libxl_domain_config, m)
#define MB_MAX (1LL << 32)

static const struct key keys[] = {
    {"type", read_type},
    {"builder", read_type},
    {"name", read_string, AT(c_info.name)},
    {"uuid", read_uuid},
    {"pool", read_pool},
    {"memory", read_memory, AT(b_info.target_memkb), 1, MB_MAX, "a number of MiB"},
    {"maxmem", read_memory, AT(b_info.max_memkb), 1, MB_MAX, "a number of MiB"},
    {"vcpus", read_vcpus, 0, 1, 4096},
    {"maxvcpus", read_maxvcpus, 0, 1, 4096},
    {"cpus", read_affinity},
    {"cpus_soft", read_affinity},
    {"cpu_weight", read_int, AT(b_info.sched_params.weight), 1, 65535},
    {"cap", read_int, AT(b_info.sched_params.cap), 0, 65535},
    {"claim_nodes", read_claim_nodes},
    {"vnuma", read_vnuma, .hint = "lists of \"pnode=\", \"size=\", \"vcpus=\" and \"vdistances=\""},
    {"kernel", read_string, AT(b_info.kernel)},
    {"ramdisk", read_string, AT(b_info.ramdisk)},
    {"cmdline", read_cmdline},
    {"root", read_cmdline},
    {"extra", read_cmdline},
    {"disk", read_disks},
    {"vif", read_nics},
    {"on_poweroff", read_action, AT(on_poweroff)},
    {"on_reboot", read_action, AT(on_reboot)},
    {"on_watchdog", read_action, AT(on_watchdog)},
    {"on_crash", read_action, AT(on_crash)},
    {"max_grant_frames", read_int, AT(b_info.max_grant_frames), 0, 1LL << 24},
    {"max_maptrack_frames", read_int, AT(b_info.max_maptrack_frames), 0, 1LL << 24},
    {"max_grant_version", read_int, AT(b_info.max_grant_version), 1, 2},
    {"event_channels", read_int, AT(b_info.event_channels), 1, 1LL << 17},
    {"max_event_channels", read_int, AT(b_info.event_channels), 1, 1LL << 17},
    {"rtc_timeoffset", read_int, AT(b_info.rtc_timeoffset), 0, INT32_MAX},
    {"shadow_memory", read_memory, AT(b_info.shadow_memkb), 1, MB_MAX, "a number of MiB"},
    {"blkdev_start", read_string, AT(b_info.blkdev_start)},
    {"acpi", read_bool, AT(b_info.acpi)},
    {"nestedhvm", read_bool, AT(b_info.nested_hvm)},
    {"hap", read_bool, AT(c_info.hap)},
    {"localtime", read_bool, AT(b_info.localtime)},
    {"on_soft_reset", read_silently},
    {"on_suspend", read_silently},
    {"apic", read_silently},
    {"pae", read_silently},
    {"nx", read_silently},
    {"vfb", read_ignored},
    {"vnc", read_silently},
    {"sdl", read_silently},
    {"serial", read_ignored},
    {"boot", read_ignored},
    {"device_model_version", read_ignored},
    {"keymap", read_ignored},
    {"usb", read_ignored},
    {"viridian", read_ignored},
    {"hpet", read_ignored},
    {"timer_mode", read_ignored},
    {"tsc_mode", read_ignored},
    {"vpmu", read_ignored},
    {"seclabel", read_ignored, .hint = ": there is no security policy"},
    {"nomigrate", read_ignored, .hint = ": guests are not migrated"},
    {"driver_domain", read_ignored, .hint = ": guests get no devices of the host"},
    {"xend_suspend_evtchn_compat", read_silently},
    {"firmware_override", read_refused,
     .hint = "a guest starts with its kernel: say kernel=\"/path\""},
    {"bootloader", read_refused, .hint = "a guest starts with its kernel: say kernel=\"/path\""},
    {"pci", read_refused, .hint = "devices of the host are not given to guests"},
    {"usbdev", read_refused, .hint = "devices of the host are not given to guests"},
    {"vtpm", read_refused, .hint = "there is no backend for it"},
    {"p9", read_refused, .hint = "there is no backend for it"},
    {"pvshim", read_refused, .hint = "there are no PV guests"},
};

const char *guest_key_name(unsigned int i)
{
    return i < ARRAY_SIZE(keys) ? keys[i].name : NULL;
}

static void warn_unknown(const struct config *config)
{
    for (const struct config_setting *s = config->settings; s; s = s->next) {
        size_t i = 0;

        while (i < ARRAY_SIZE(keys) && strcmp(keys[i].name, s->name))
            i++;
        if (i == ARRAY_SIZE(keys))
            config_unknown(config, s);
    }
}

static void defaults(struct xl *xl, libxl_domain_config *d)
{
    d->c_info.type = LIBXL_DOMAIN_TYPE_PVH;
    libxl_defbool_set(&d->c_info.run_hotplug_scripts, xl->conf.run_hotplug_scripts);
    d->b_info.max_vcpus = 0;
    d->on_poweroff = LIBXL_ACTION_ON_SHUTDOWN_DESTROY;
    d->on_reboot = LIBXL_ACTION_ON_SHUTDOWN_RESTART;
    d->on_watchdog = LIBXL_ACTION_ON_SHUTDOWN_DESTROY;
    d->on_crash = LIBXL_ACTION_ON_SHUTDOWN_DESTROY;
    d->b_info.max_grant_frames = xl->conf.max_grant_frames;
    d->b_info.max_maptrack_frames = xl->conf.max_maptrack_frames;
    if (xl->conf.claim_mode)
        libxl_defbool_set(&d->b_info.claim_mode, true);
}

/* What must be there, and what follows from what is. */
static int complete(const struct config *config, libxl_domain_config *d)
{
    libxl_domain_build_info *b = &d->b_info;

    if (!d->c_info.name) {
        config_error(config, 1, "the guest has no name: say name=\"...\"");
        return -1;
    }
    if (!b->kernel) {
        config_error(config, 1, "the guest has no kernel: say kernel=\"/path/to/vmlinuz\"");
        return -1;
    }
    if (b->target_memkb == LIBXL_MEMKB_DEFAULT && b->max_memkb == LIBXL_MEMKB_DEFAULT) {
        config_error(config, 1, "the guest has no memory: say memory=512 (MiB)");
        return -1;
    }
    if (b->max_memkb == LIBXL_MEMKB_DEFAULT)
        b->max_memkb = b->target_memkb;
    if (b->target_memkb == LIBXL_MEMKB_DEFAULT)
        b->target_memkb = b->max_memkb;
    if (b->target_memkb > b->max_memkb) {
        const struct config_value *v = config_find(config, "maxmem");

        config_error(config, v ? v->line : 1, "maxmem: %llu MiB is less than memory=%llu",
                     (unsigned long long)b->max_memkb / 1024,
                     (unsigned long long)b->target_memkb / 1024);
        return -1;
    }
    return 0;
}

int guest_config(struct xl *xl, const struct config *config, libxl_domain_config *d)
{
    struct reading r = {xl, config, d};
    int rc = 0;

    defaults(xl, d);
    warn_unknown(config);
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        const struct config_value *v = config_find(config, keys[i].name);

        if (v && keys[i].read(&r, &keys[i], v))
            rc = -1; /* go on: all that is wrong is said at once */
    }
    if (!d->b_info.max_vcpus)
        d->b_info.max_vcpus = 1;
    return rc ? rc : complete(config, d);
}
