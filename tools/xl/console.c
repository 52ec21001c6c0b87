/* SPDX-License-Identifier: GPL-2.0-only */
/* xl console: joins this terminal with the pseudo terminal that xenconsoled has for a domain. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "xl.h"

#define ESCAPE 0x1d /* Ctrl-] */

/* xenconsoled writes the path once it has opened the domain's console: give it a moment. */
static int open_tty(struct xl *xl, uint32_t domid)
{
    enum { TRIES = 100, STEP_US = 100000 };
    char *path;
    int fd;

    for (int i = 0; i < TRIES; i++) {
        if (!libxl_primary_console_get_tty(xl->ctx, domid, &path)) {
            fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
            if (fd < 0)
                fprintf(stderr, "%s: %s\n", path, strerror(errno));
            free(path);
            return fd;
        }
        if (libxl_domain_info(xl->ctx, NULL, domid))
            return -1;
        usleep(STEP_US);
    }
    fprintf(stderr, "domain %u has no console: is xenconsoled running?\n", domid);
    return -1;
}

/* False when it is no terminal. */
static bool make_raw(int fd, struct termios *saved)
{
    struct termios raw;

    if (tcgetattr(fd, saved))
        return false;
    raw = *saved;
    cfmakeraw(&raw);
    return !tcsetattr(fd, TCSANOW, &raw);
}

static bool write_all(int fd, const char *data, ssize_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);

        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            data += n;
            len -= n;
        }
    }
    return true;
}

/* Until the escape, the end of the domain, or, unless we stay, the end of our input. */
static void join(int tty, bool stay)
{
    struct pollfd fds[] = {{.fd = tty, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
    char buffer[512];
    ssize_t n;

    for (;;) {
        char *escape;

        if (poll(fds, 2, -1) < 0) {
            if (errno != EINTR)
                return;
            continue; /* revents are the last poll's */
        }
        if (fds[0].revents) {
            n = read(tty, buffer, sizeof(buffer));
            if (n <= 0 || !write_all(STDOUT_FILENO, buffer, n))
                return;
        }
        if (!fds[1].revents)
            continue;
        n = read(STDIN_FILENO, buffer, sizeof(buffer));
        if (n <= 0 && !stay)
            return;
        if (n <= 0) {
            fds[1].fd = -1;
            continue;
        }
        escape = memchr(buffer, ESCAPE, n);
        if (!write_all(tty, buffer, escape ? escape - buffer : n) || escape)
            return;
    }
}

int console_attach(struct xl *xl, uint32_t domid, bool stay)
{
    struct termios here, there;
    bool terminal;
    int tty = open_tty(xl, domid);

    if (tty < 0)
        return 1;
    make_raw(tty, &there);
    terminal = make_raw(STDIN_FILENO, &here);
    join(tty, stay);
    if (terminal)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &here);
    close(tty);
    return 0;
}

COMMAND(cmd_console)
{
    int opt;

    while ((opt = command_option(cmd, argc, argv, "n:t:", NULL, 1)) != -1) {
        if ((opt == 't' && strcmp(optarg, "pv")) || (opt == 'n' && strcmp(optarg, "0"))) {
            fputs("a domain has one console here: -t pv -n 0\n", stderr);
            return 1;
        }
    }
    return console_attach(xl, find_domain(xl, argv[optind]), false);
}
