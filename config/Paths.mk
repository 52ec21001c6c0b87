# SPDX-License-Identifier: GPL-2.0-only
# Where `make install` puts things.  The libraries have a directory of their own, so that they never
# clash with the distribution's libxenctrl.
DESTDIR   ?=
PREFIX    ?= /usr/local
SBINDIR   := $(PREFIX)/sbin
LIBDIR    := $(PREFIX)/lib/stake
INCDIR    := $(PREFIX)/include/stake
MANDIR    := $(PREFIX)/share/man
DOCDIR    := $(PREFIX)/share/doc/stake
BOOTDIR   := /boot
CONFDIR   := /etc/xen
