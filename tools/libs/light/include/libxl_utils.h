/* SPDX-License-Identifier: LGPL-2.1-only */
/* Names and numbers of domains and pools, bitmaps of CPUs and nodes, small conveniences. */
#ifndef LIBXL_UTILS_H
#define LIBXL_UTILS_H

#include <libxl.h>

/* A qualifier is a name or a number.  The names that are returned are the caller's to free. */
int libxl_name_to_domid(libxl_ctx *ctx, const char *name, uint32_t *domid);
int libxl_domain_qualifier_to_domid(libxl_ctx *ctx, const char *name, uint32_t *domid);
char *libxl_domid_to_name(libxl_ctx *ctx, uint32_t domid);
int libxl_cpupool_qualifier_to_cpupoolid(libxl_ctx *ctx, const char *p, uint32_t *poolid_r,
                                         int *was_name_r);
int libxl_name_to_cpupoolid(libxl_ctx *ctx, const char *name, uint32_t *poolid);
char *libxl_cpupoolid_to_name(libxl_ctx *ctx, uint32_t poolid);
int libxl_cpupoolid_is_valid(libxl_ctx *ctx, uint32_t poolid);

/* Opens the place for a new log called name, moving older ones of the name aside. */
int libxl_create_logfile(libxl_ctx *ctx, const char *name, char **full_name);
/* 0 or an errno; the data is the caller's to free. */
int libxl_read_file_contents(libxl_ctx *ctx, const char *filename, void **data_r, int *datalen_r);

int libxl_devid_to_device_nic(libxl_ctx *ctx, uint32_t domid, int devid, libxl_device_nic *nic);
int libxl_mac_to_device_nic(libxl_ctx *ctx, uint32_t domid, const char *mac, libxl_device_nic *nic);
int libxl_vdev_to_device_disk(libxl_ctx *ctx, uint32_t domid, const char *vdev,
                              libxl_device_disk *disk);

int libxl_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *bitmap, int n_bits);
int libxl_cpu_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *cpumap, int max_cpus); /* 0: the host's */
int libxl_node_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *nodemap, int max_nodes);
void libxl_bitmap_copy_alloc(libxl_ctx *ctx, libxl_bitmap *dptr, const libxl_bitmap *sptr);
void libxl_bitmap_copy(libxl_ctx *ctx, libxl_bitmap *dptr, const libxl_bitmap *sptr);
int libxl_bitmap_is_full(const libxl_bitmap *bitmap);
int libxl_bitmap_is_empty(const libxl_bitmap *bitmap);
int libxl_bitmap_test(const libxl_bitmap *bitmap, int bit);
void libxl_bitmap_set(libxl_bitmap *bitmap, int bit);
void libxl_bitmap_reset(libxl_bitmap *bitmap, int bit);
int libxl_bitmap_count_set(const libxl_bitmap *bitmap);
void libxl_bitmap_set_any(libxl_bitmap *bitmap);
void libxl_bitmap_set_none(libxl_bitmap *bitmap);
int libxl_bitmap_equal(const libxl_bitmap *ba, const libxl_bitmap *bb, int nr_bits);
char *libxl_bitmap_to_hex_string(libxl_ctx *ctx, const libxl_bitmap *bitmap);
int libxl_node_to_cpumap(libxl_ctx *ctx, int node, libxl_bitmap *cpumap);
int libxl_nodemap_to_cpumap(libxl_ctx *ctx, const libxl_bitmap *nodemap, libxl_bitmap *cpumap);
int libxl_cpumap_to_nodemap(libxl_ctx *ctx, const libxl_bitmap *cpumap, libxl_bitmap *nodemap);

#define libxl_for_each_bit(var, map) for (var = 0; var < (int)(map).size * 8; var++)
#define libxl_for_each_set_bit(v, m)        \
    for (v = 0; v < (int)(m).size * 8; v++) \
        if (libxl_bitmap_test(&(m), v))

#endif /* LIBXL_UTILS_H */
