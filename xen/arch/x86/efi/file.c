/* SPDX-License-Identifier: GPL-2.0-only */
/* Files beside the program, through the firmware's file system. */
#include "efi_app.h"

static EFI_FILE *volume;
static CHAR16 directory[256]; /* ours, ending with a backslash */
static char own_name[64];     /* without directory and ending */

/* The path of our own file: the first file path node of the image's device path (UEFI 10.3.5.4). */
static const CHAR16 *own_path(EFI_LOADED_IMAGE *image)
{
    EFI_DEVICE_PATH *node = image->FilePath;

    for (; node && !IsDevicePathEnd(node); node = NextDevicePathNode(node))
        if (DevicePathType(node) == MEDIA_DEVICE_PATH &&
            DevicePathSubType(node) == MEDIA_FILEPATH_DP)
            return ((FILEPATH_DEVICE_PATH *)node)->PathName;
    return L"\\xen.efi";
}

static void split_path(const CHAR16 *path)
{
    UINTN base = 0, i, j;

    for (i = 0; path[i] && i < ARRAY_LENGTH(directory) - 1; i++) {
        directory[i] = path[i];
        if (path[i] == '\\')
            base = i + 1;
    }
    directory[base] = 0;
    for (j = 0; path[base + j] && path[base + j] != '.' && j < sizeof(own_name) - 5; j++)
        own_name[j] = (char)path[base + j];
}

void file_init(EFI_LOADED_IMAGE *image)
{
    EFI_GUID guid = SIMPLE_FILE_SYSTEM_PROTOCOL;
    EFI_FILE_IO_INTERFACE *fs;
    EFI_STATUS status = BS->HandleProtocol(image->DeviceHandle, &guid, (void **)&fs);

    if (!EFI_ERROR(status))
        status = fs->OpenVolume(fs, &volume);
    if (EFI_ERROR(status))
        fail(L"the volume I came from", L"", status);
    split_path(own_path(image));
}

const char *file_own_config(void)
{
    static char name[sizeof(own_name) + 4];
    UINTN i;

    for (i = 0; own_name[i]; i++)
        name[i] = own_name[i];
    for (UINTN j = 0; j < 5; j++)
        name[i + j] = ".cfg"[j];
    return name;
}

EFI_PHYSICAL_ADDRESS pages_below_4g(UINTN size)
{
    EFI_PHYSICAL_ADDRESS start = 0xffffffff;
    UINTN pages = EFI_SIZE_TO_PAGES(size + 1);
    EFI_STATUS status = BS->AllocatePages(AllocateMaxAddress, EfiLoaderData, pages, &start);

    if (EFI_ERROR(status))
        fail(L"memory below 4 GiB", L"", status);
    ZeroMem((void *)start, pages * EFI_PAGE_SIZE);
    return start;
}

static UINTN size_of(EFI_FILE *f)
{
    EFI_FILE_INFO *info = LibFileInfo(f);
    UINTN size = info ? info->FileSize : 0;

    FreePool(info);
    return size;
}

BOOLEAN file_load(const char *name, struct file *file)
{
    CHAR16 path[512];
    EFI_STATUS status;
    EFI_FILE *f;
    UINTN n = 0;

    if (*name != '/' && *name != '\\')
        for (; directory[n]; n++)
            path[n] = directory[n];
    for (; *name && n < ARRAY_LENGTH(path) - 1; name++)
        path[n++] = *name == '/' ? '\\' : *name;
    path[n] = 0;
    status = volume->Open(volume, &f, path, EFI_FILE_MODE_READ, 0);
    if (EFI_ERROR(status))
        return FALSE;
    file->size = size_of(f);
    file->start = pages_below_4g(file->size);
    status = f->Read(f, &file->size, (void *)file->start);
    f->Close(f);
    if (EFI_ERROR(status))
        fail(L"reading ", path, status);
    Print(L"xen.efi: %s, %ld bytes\n", path, file->size);
    return TRUE;
}
