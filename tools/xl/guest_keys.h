/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The keys of xl.cfg(5): between the table that lists them (guest_config.c) and the functions that
 * give them a meaning (guest_values.c: plain values; guest_nodes.c: where the memory is;
 * guest_parts.c: CPUs, kernel, identity, devices).
 *
 * A function that reads a key puts its value where it belongs and returns 0, or complains and
 * returns -1.  Reading goes on after that, so that all that is wrong is said at once.
 */
#ifndef GUEST_KEYS_H
#define GUEST_KEYS_H

#include "config.h"
#include "xl.h"

struct reading {
    struct xl *xl;
    const struct config *config;
    libxl_domain_config *d;
};

struct key;
typedef int key_read(struct reading *r, const struct key *key, const struct config_value *v);

struct key {
    const char *name;
    key_read *read;
    size_t offset;         /* in libxl_domain_config */
    long long least, most; /* of a number */
    const char *hint;      /* what was expected, or why the key is not */
};

/* ---- For the functions ---- */

int key_complain(struct reading *r, const struct key *key, int line, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
int key_wrong_kind(struct reading *r, const struct key *key, const struct config_value *v,
                   const char *expected);
/* Where the value of a plain key goes. */
void *key_member(struct reading *r, const struct key *key);
/* A number within the key's limits. */
int key_number(struct reading *r, const struct key *key, const struct config_value *v,
               long long *n);
/* Numbers may stand in quotes, as they did in old configurations. */
bool value_as_number(const struct config_value *v, long long *n);

/* ---- The functions ---- */

key_read read_string;
key_read read_int;
key_read read_memory;
key_read read_bool;
key_read read_action;
key_read read_ignored;
key_read read_silently;
key_read read_refused;
key_read read_type;

key_read read_affinity;
key_read read_vcpus;
key_read read_maxvcpus;
key_read read_claim_nodes;
key_read read_vnuma;
key_read read_cmdline;
key_read read_uuid;
key_read read_pool;
key_read read_disks;
key_read read_nics;

#endif /* GUEST_KEYS_H */
