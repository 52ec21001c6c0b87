/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xen.efi: a loader that runs under the firmware and carries the hypervisor inside.  It reads a
 * configuration file from beside itself, loads what that names, and hands over exactly as a
 * multiboot 2 loader does: the hypervisor has one way in.
 */
#ifndef EFI_APP_H
#define EFI_APP_H

#include <efi.h>
#include <efilib.h>

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* Ends the program with a message and a key press. */
void fail(const CHAR16 *what, const CHAR16 *which, EFI_STATUS status) __attribute__((noreturn));

/* --- file.c --- */

struct file {
    EFI_PHYSICAL_ADDRESS start; /* whole pages below 4 GiB, the rest of the last one zero */
    UINTN size;                 /* bytes */
};

void file_init(EFI_LOADED_IMAGE *image);
/* Reads `name`, found in our own directory; false when there is none. */
BOOLEAN file_load(const char *name, struct file *file);
/* Our own name with another ending: xen.efi -> xen.cfg. */
const char *file_own_config(void);
/* Zeroed pages below 4 GiB. */
EFI_PHYSICAL_ADDRESS pages_below_4g(UINTN size);

/* --- config.c --- */

struct config {
    const char *options, *kernel,
        *ramdisk; /* "" for none; the first word of the latter two is a file's name */
};
/* Section `section`, or the one that [global] default= names. Changes the text, which must end with
 * a zero. */
void config_read(char *text, const char *section, struct config *config);

/* --- handover.c --- */

void handover_begin(void);
void handover_string(UINT32 tag, const char *text);
void handover_module(const struct file *file, const char *cmdline);
/* Leaves the firmware and enters the hypervisor. */
void handover(EFI_HANDLE image) __attribute__((noreturn));

#endif
