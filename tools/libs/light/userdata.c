/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Notes beside a domain: files below /var/lib/xen whose names hold the domain's number and
 * identity, so that a later domain of the same number never finds them.  libxl keeps the domain's
 * configuration in one of them, as JSON.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

static char *userdata_path(libxl_ctx *ctx, struct arena *a, uint32_t domid, const char *name)
{
    libxl_dominfo info;
    char *path;

    if (libxl_domain_info(ctx, &info, domid))
        return NULL;
    path = arena_printf(a, LIB_DIR "/userdata-d.%u." LIBXL_UUID_FMT ".%s", domid,
                        LIBXL_UUID_BYTES(info.uuid), name);
    libxl_dominfo_dispose(&info);
    return path;
}

/* Whole or not at all: written beside its place, then renamed. */
static int replace_file(libxl_ctx *ctx, const char *path, const void *data, size_t len)
{
    ARENA(a);
    char *beside = arena_printf(&a, "%s.%ld.new", path, (long)getpid()); /* two may write at once */
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool written;

    if (fd < 0) {
        LOGE(ctx, ERROR, "cannot write %s", beside);
        return ERROR_FAIL;
    }
    written = write(fd, data, len) == (ssize_t)len;
    if (close(fd) || !written || rename(beside, path)) {
        LOGE(ctx, ERROR, "cannot write %s", path);
        unlink(beside);
        return ERROR_FAIL;
    }
    return 0;
}

int libxl_userdata_store(libxl_ctx *ctx, uint32_t domid, const char *userdata_userid,
                         const uint8_t *data, int datalen)
{
    ARENA(a);
    char *path = userdata_path(ctx, &a, domid, userdata_userid);

    if (!path)
        return ERROR_DOMAIN_NOTFOUND;
    if (!datalen)
        return unlink(path) && errno != ENOENT ? ERROR_FAIL : 0;
    mkdir(LIB_DIR, 0755);
    return replace_file(ctx, path, data, datalen);
}

int libxl_userdata_retrieve(libxl_ctx *ctx, uint32_t domid, const char *userdata_userid,
                            uint8_t **data_r, int *datalen_r)
{
    ARENA(a);
    char *path = userdata_path(ctx, &a, domid, userdata_userid);
    void *data = NULL;
    int len = 0, err;

    if (!path)
        return ERROR_DOMAIN_NOTFOUND;
    err = libxl_read_file_contents(ctx, path, &data, &len);
    if (err && err != ENOENT)
        return ERROR_FAIL;
    if (data_r)
        *data_r = data;
    else
        free(data);
    if (datalen_r)
        *datalen_r = len;
    return 0;
}

int libxl_userdata_unlink(libxl_ctx *ctx, uint32_t domid, const char *userdata_userid)
{
    return libxl_userdata_store(ctx, domid, userdata_userid, NULL, 0);
}

/* By number alone: the domain may be gone already, and its number is about to be. */
void userdata_destroy(libxl_ctx *ctx, uint32_t domid)
{
    ARENA(a);
    char *prefix = arena_printf(&a, "userdata-d.%u.", domid);
    DIR *dir = opendir(LIB_DIR);
    struct dirent *e;

    while (dir && (e = readdir(dir)) != NULL)
        if (!strncmp(e->d_name, prefix, strlen(prefix)))
            unlinkat(dirfd(dir), e->d_name, 0);
    if (dir)
        closedir(dir);
}

int libxl_read_file_contents(libxl_ctx *ctx, const char *filename, void **data_r, int *datalen_r)
{
    FILE *f = fopen(filename, "re");
    char *data = NULL, buffer[4096];
    size_t len = 0, n;
    int err;

    if (!f) {
        err = errno;
        if (err != ENOENT)
            LOGE(ctx, ERROR, "cannot open %s", filename);
        return err;
    }
    while ((n = fread(buffer, 1, sizeof(buffer), f)) > 0) {
        data = xrealloc(data, len + n);
        memcpy(data + len, buffer, n);
        len += n;
    }
    err = ferror(f) ? EIO : 0;
    fclose(f);
    if (err) {
        LOG(ctx, ERROR, "cannot read %s", filename);
        free(data);
        return err;
    }
    if (data_r)
        *data_r = data;
    else
        free(data);
    if (datalen_r)
        *datalen_r = len;
    return 0;
}

/* NAME.log, with NAME.log.1 to .9 as its predecessors. */
int libxl_create_logfile(libxl_ctx *ctx, const char *name, char **full_name)
{
    ARENA(a);
    char *path = xprintf(LOG_DIR "/%s.log", name);

    mkdir(LOG_DIR, 0755);
    for (int i = 8; i >= 0; i--) {
        char *from = i ? arena_printf(&a, "%s.%d", path, i) : path;

        if (rename(from, arena_printf(&a, "%s.%d", path, i + 1)) && errno != ENOENT) {
            LOGE(ctx, ERROR, "cannot set %s aside", from);
            free(path);
            return ERROR_FAIL;
        }
    }
    *full_name = path;
    return 0;
}

/* ---- The configuration of a domain ---- */

#define CONFIG_NAME "libxl-json"

int config_save(libxl_ctx *ctx, uint32_t domid, libxl_domain_config *config)
{
    char *json = libxl_domain_config_to_json(ctx, config);
    int rc = json ? libxl_userdata_store(ctx, domid, CONFIG_NAME, (uint8_t *)json, strlen(json) + 1)
                  : ERROR_NOMEM;

    free(json);
    return rc;
}

int config_load(libxl_ctx *ctx, uint32_t domid, libxl_domain_config *config)
{
    uint8_t *json;
    int len, rc = libxl_userdata_retrieve(ctx, domid, CONFIG_NAME, &json, &len);

    if (rc)
        return rc;
    if (!len || json[len - 1])
        rc = ERROR_JSON_CONFIG_EMPTY;
    else
        rc = libxl_domain_config_from_json(ctx, config, (char *)json);
    free(json);
    return rc;
}

/* Beside the notes, and not of any domain: nobody may remove it. */
static int config_lock(libxl_ctx *ctx)
{
    int fd = open(LIB_DIR "/userdata.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0 || flock(fd, LOCK_EX)) {
        LOGE(ctx, ERROR, "cannot lock %s", LIB_DIR "/userdata.lock");
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}

int config_change(libxl_ctx *ctx, uint32_t domid, config_edit *edit, const void *what)
{
    libxl_domain_config config;
    int rc, lock;

    mkdir(LIB_DIR, 0755);
    lock = config_lock(ctx);
    if (lock < 0)
        return ERROR_LOCK_FAIL;
    libxl_domain_config_init(&config);
    rc = config_load(ctx, domid, &config);
    if (!rc) {
        edit(&config, what);
        rc = config_save(ctx, domid, &config);
    } else if (rc == ERROR_JSON_CONFIG_EMPTY) {
        rc = 0;
    }
    libxl_domain_config_dispose(&config);
    close(lock);
    return rc;
}

int libxl_retrieve_domain_configuration(libxl_ctx *ctx, uint32_t domid,
                                        libxl_domain_config *d_config,
                                        const libxl_asyncop_how *ao_how)
{
    int rc = config_load(ctx, domid, d_config);
    char *name;

    if (rc == ERROR_JSON_CONFIG_EMPTY)
        LOG(ctx, ERROR, "domain %u has no stored configuration", domid);
    if (!rc && (name = libxl_domid_to_name(ctx, domid)) != NULL) {
        free(d_config->c_info.name);
        d_config->c_info.name = name;
    }
    if (!rc)
        libxl_get_memory_target(ctx, domid, &d_config->b_info.target_memkb);
    return ao_end(ctx, rc, ao_how);
}
