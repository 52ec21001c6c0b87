/* SPDX-License-Identifier: GPL-2.0-only */
/* See fakestore.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <xenstore.h>
#include <xen/io/xenbus.h>

#include "fakestore.h"

enum { NODES = 512, PATH = 160 };

static struct node {
    char path[PATH], value[PATH];
} nodes[NODES], before[NODES]; /* a node without a path is free */

static struct node *find(const char *path)
{
    for (int i = 0; i < NODES; i++)
        if (!strcmp(nodes[i].path, path))
            return &nodes[i];
    return NULL;
}

static void put(const char *path, const char *value)
{
    struct node *n = find(path);
    char parent[PATH], *slash;

    if (!n) {
        n = find("");
        if (!n)
            abort();
        snprintf(n->path, PATH, "%s", path);
        snprintf(parent, PATH, "%s", path);
        slash = strrchr(parent, '/');
        if (slash && slash != parent) {
            *slash = 0;
            if (!find(parent))
                put(parent, "");
        }
    }
    snprintf(n->value, PATH, "%s", value);
}

/* ---- For the test ---- */

const char *store_at(const char *fmt, ...)
{
    char path[PATH];
    struct node *n;
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(path, sizeof(path), fmt, ap);
    va_end(ap);
    n = find(path);
    return n ? n->value : NULL;
}

unsigned int store_nodes(void)
{
    unsigned int count = 0;

    for (int i = 0; i < NODES; i++)
        count += nodes[i].path[0] != 0;
    return count;
}

void store_show(FILE *out)
{
    for (int i = 0; i < NODES; i++)
        if (nodes[i].path[0])
            fprintf(out, "  %s = \"%s\"\n", nodes[i].path, nodes[i].value);
}

/* ---- libxenstore ---- */

struct xs_handle *xs_open(unsigned long flags)
{
    return malloc(1);
}

void xs_close(struct xs_handle *xs)
{
    free(xs);
}

void *xs_read(struct xs_handle *xs, xs_transaction_t t, const char *path, unsigned int *len)
{
    struct node *n = find(path);

    if (!n) {
        errno = ENOENT;
        return NULL;
    }
    if (len)
        *len = strlen(n->value);
    return strdup(n->value);
}

bool xs_write(struct xs_handle *xs, xs_transaction_t t, const char *path, const void *data,
              unsigned int len)
{
    char value[PATH];
    const char *leaf = strrchr(path, '/');

    snprintf(value, sizeof(value), "%.*s", (int)len, (const char *)data);
    if (strstr(path, "/backend/") && !strcmp(leaf, "/state"))
        snprintf(value, sizeof(value), "%d",
                 atoi(value) == XenbusStateInitialising ? XenbusStateInitWait
                 : atoi(value) == XenbusStateClosing    ? XenbusStateClosed
                                                        : atoi(value));
    put(path, value);
    return true;
}

bool xs_mkdir(struct xs_handle *xs, xs_transaction_t t, const char *path)
{
    if (!find(path))
        put(path, "");
    return true;
}

bool xs_set_permissions(struct xs_handle *xs, xs_transaction_t t, const char *path,
                        struct xs_permissions *perms, unsigned int nr)
{
    return find(path) != NULL;
}

bool xs_rm(struct xs_handle *xs, xs_transaction_t t, const char *path)
{
    size_t n = strlen(path);

    for (int i = 0; i < NODES; i++)
        if (!strncmp(nodes[i].path, path, n) && (!nodes[i].path[n] || nodes[i].path[n] == '/'))
            nodes[i] = (struct node){0};
    return true;
}

char **xs_directory(struct xs_handle *xs, xs_transaction_t t, const char *path, unsigned int *num)
{
    size_t n = strlen(path);
    char **list = calloc(NODES, sizeof(*list) + PATH), *text = (char *)(list + NODES);

    *num = 0;
    for (int i = 0; i < NODES; i++) {
        const char *p = nodes[i].path;

        if (!strncmp(p, path, n) && p[n] == '/' && !strchr(p + n + 1, '/')) {
            list[(*num)++] = strcpy(text, p + n + 1);
            text += strlen(text) + 1;
        }
    }
    return list;
}

xs_transaction_t xs_transaction_start(struct xs_handle *xs)
{
    memcpy(before, nodes, sizeof(nodes));
    return 1;
}

bool xs_transaction_end(struct xs_handle *xs, xs_transaction_t t, bool abort)
{
    if (abort)
        memcpy(nodes, before, sizeof(nodes));
    return true;
}

bool xs_watch(struct xs_handle *xs, const char *path, const char *token)
{
    return true;
}

/* What is always ready to be read, and has nothing to say: a store that has gone. */
int xs_fileno(struct xs_handle *xs)
{
    static FILE *empty;

    if (!empty)
        empty = fopen("/dev/null", "r");
    return fileno(empty);
}

char **xs_read_watch(struct xs_handle *xs, unsigned int *num)
{
    errno = EBADF;
    return NULL;
}

bool xs_introduce_domain(struct xs_handle *xs, unsigned int domid, unsigned long gfn,
                         unsigned int port)
{
    return true;
}
