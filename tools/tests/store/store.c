/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test-store N: so many transactions on xenstored, in dom0.  Each reads a counter and writes it
 * back one larger beside another node; every tenth is aborted.  The counter must say so in the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenstore.h>

#define COUNTER "/test/store/counter"

static unsigned int counter(struct xs_handle *xs, xs_transaction_t t)
{
    char *text = xs_read(xs, t, COUNTER, NULL);
    unsigned int n = text ? strtoul(text, NULL, 10) : 0;

    free(text);
    return n;
}

/* One transaction; false when the store refuses what it may not. */
static bool once(struct xs_handle *xs, bool abort)
{
    xs_transaction_t t = xs_transaction_start(xs);
    char text[16];

    if (!t) {
        return false;
    }
    snprintf(text, sizeof(text), "%u", counter(xs, t) + 1);
    return xs_write(xs, t, COUNTER, text, strlen(text)) &&
           xs_write(xs, t, "/test/store/beside", text, strlen(text)) &&
           xs_transaction_end(xs, t, abort);
}

int main(int argc, char **argv)
{
    unsigned int rounds = argc > 1 ? strtoul(argv[1], NULL, 0) : 1000, want = 0;
    struct xs_handle *xs = xs_open(0);

    if (!xs || !xs_write(xs, XBT_NULL, COUNTER, "0", 1)) {
        perror("test-store");
        return 2;
    }
    for (unsigned int i = 0; i < rounds; i++) {
        bool abort = i % 10 == 9;

        if (!once(xs, abort)) {
            perror("test-store: transaction");
            return 1;
        }
        want += !abort;
    }
    printf("%u of %u\n", counter(xs, XBT_NULL), want);
    want = counter(xs, XBT_NULL) != want;
    xs_rm(xs, XBT_NULL, "/test/store");
    xs_close(xs);
    return want;
}
