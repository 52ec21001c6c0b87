/* SPDX-License-Identifier: GPL-2.0-only */
/* The program's course: configuration, files, handing over. */
#include "efi_app.h"

#define TAG_CMDLINE 1
#define TAG_LOADER  2

static EFI_HANDLE self;

void fail(const CHAR16 *what, const CHAR16 *which, EFI_STATUS status)
{
    Print(L"xen.efi: %s%s: %r\n", what, which, status);
    Print(L"Press a key.\n");
    WaitForSingleEvent(ST->ConIn->WaitForKey, 0);
    BS->Exit(self, status, 0, NULL);
    for (;;)
        ;
}

static EFI_LOADED_IMAGE *own_image(void)
{
    EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
    EFI_LOADED_IMAGE *image;
    EFI_STATUS status = BS->HandleProtocol(self, &guid, (void **)&image);

    if (EFI_ERROR(status))
        fail(L"who am I", L"", status);
    return image;
}

/* The first word of `line` is a file; the whole line goes along as the module's string. */
static void add_module(const char *line)
{
    struct file file;
    char name[256];
    UINTN i;

    if (!*line)
        return;
    for (i = 0; line[i] && line[i] != ' ' && i < sizeof(name) - 1; i++)
        name[i] = line[i];
    name[i] = '\0';
    if (!file_load(name, &file))
        fail(L"cannot load a file that the configuration names", L"", EFI_NOT_FOUND);
    handover_module(&file, line);
}

/* crt0 has turned the firmware's calling convention into ours. */
EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
    struct config config;
    struct file text;

    InitializeLib(image, table);
    self = image;
    file_init(own_image());
    if (!file_load(file_own_config(), &text) && !file_load("xen.cfg", &text))
        fail(L"no configuration file", L"", EFI_NOT_FOUND);
    config_read((char *)text.start, NULL, &config);

    handover_begin();
    handover_string(TAG_LOADER, "xen.efi");
    handover_string(TAG_CMDLINE, config.options);
    add_module(config.kernel);
    add_module(config.ramdisk);
    handover(image);
}
