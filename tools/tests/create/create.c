/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * create NAME KERNEL RAMDISK MIB: starts a guest whose memory is claimed before it is built.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libxl.h>

int main(int argc, char **argv)
{
    xentoollog_logger_stdiostream *log = xtl_createlogger_stdiostream(stderr, XTL_NOTICE, 0);
    libxl_domain_config config;
    libxl_ctx *ctx;
    uint32_t domid;
    int rc;

    if (argc != 5 || libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, (xentoollog_logger *)log))
        return 1;
    libxl_domain_config_init(&config);
    config.c_info.type = LIBXL_DOMAIN_TYPE_PVH;
    config.c_info.name = strdup(argv[1]);
    config.b_info.kernel = strdup(argv[2]);
    config.b_info.ramdisk = strdup(argv[3]);
    config.b_info.cmdline = strdup("console=hvc0");
    config.b_info.target_memkb = config.b_info.max_memkb = atoi(argv[4]) * 1024;
    libxl_defbool_set(&config.b_info.claim_mode, true);
    rc = libxl_domain_create_new(ctx, &config, &domid, NULL, NULL);
    if (!rc && !(rc = libxl_domain_unpause(ctx, domid, NULL)))
        printf("%s is domain %u\n", argv[1], domid);
    libxl_domain_config_dispose(&config);
    libxl_ctx_free(ctx);
    xtl_logger_destroy((xentoollog_logger *)log);
    return rc ? 1 : 0;
}
