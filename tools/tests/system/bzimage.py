# SPDX-License-Identifier: GPL-2.0-only
"""Linux's bzImage, as far as its payload goes (boot protocol 2.08 and later), in each format that kernels come in.

    payload(data)          -> what lies in it, compressed
    wrap(format, elf)      -> a bzImage around the ELF file; none of the code that would unpack it is there
"""
import gzip
import lzma
import struct
import subprocess

SETUP_SECTORS, SECTOR = 4, 512
AT_SETUP_SECTS, AT_MAGIC, AT_VERSION, AT_PAYLOAD = 0x1f1, 0x202, 0x206, 0x248


def by_program(*command):
    return lambda data: subprocess.run(command, input=data, check=True, stdout=subprocess.PIPE).stdout


# As the kernel's own build makes them, but for the pains taken to make them small.
FORMATS = {
    "elf": None,
    "gzip": lambda data: gzip.compress(data, 9, mtime=0),
    "xz": lambda data: lzma.compress(data, lzma.FORMAT_XZ, lzma.CHECK_CRC32, filters=[
        {"id": lzma.FILTER_X86}, {"id": lzma.FILTER_LZMA2, "dict_size": 32 << 20}]),
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
    "zstd": by_program("zstd", "-q", "-c", "-9"),
    "lz4": by_program("lz4", "-q", "-l", "-9", "-c", "-", "-"),
}


def payload(data):
    offset, length = struct.unpack_from("<II", data, AT_PAYLOAD)
    start = (data[AT_SETUP_SECTS] + 1) * SECTOR + offset
    return data[start:start + length]


def with_payload(inside):
    head = bytearray((SETUP_SECTORS + 1) * SECTOR)
    head[AT_SETUP_SECTS] = SETUP_SECTORS
    head[AT_MAGIC:AT_MAGIC + 4] = b"HdrS"
    struct.pack_into("<H", head, AT_VERSION, 0x20f)
    struct.pack_into("<II", head, AT_PAYLOAD, 0, len(inside))
    return bytes(head) + inside


def wrap(name, elf, spoil=lambda inside: inside):
    """`spoil` may damage what is compressed, before its unpacked size is appended."""
    pack = FORMATS[name]
    return with_payload(spoil(pack(elf)) + struct.pack("<I", len(elf)) if pack else spoil(elf))
