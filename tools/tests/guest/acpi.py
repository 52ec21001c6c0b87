# SPDX-License-Identifier: GPL-2.0-only
"""ACPI tables of our making, also wrong ones, for QEMU's firmware to install: `-machine acpi=off` keeps QEMU's
own away, and the script in etc/table-loader tells the firmware what to place and what to point where."""
import struct

HEADER = "<4sIBB6s8sI4sI"
ALLOCATE, ADD_POINTER, ADD_CHECKSUM = 1, 2, 3
HIGH, FSEG = 1, 2


def checksum(data):
    return (256 - sum(data)) % 256


def table(signature, body, wrong_checksum=False, length=None):
    """A whole table; `length` overrides what its header says."""
    size = 36 + len(body)
    head = struct.pack(HEADER, signature, size if length is None else length, 1, 0, b"STAKE ", b"TEST    ", 1,
                       b"TEST", 1)
    data = bytearray(head + body)
    data[9] = (checksum(data) + (17 if wrong_checksum else 0)) % 256
    return bytes(data)


def madt(cpus):
    body = struct.pack("<II", 0xFEE00000, 1)
    for i in range(cpus):
        body += struct.pack("<BBBBI", 0, 8, i, i, 1)
    body += struct.pack("<BBBBII", 1, 12, 0, 0, 0xFEC00000, 0)
    return body


def srat(ranges):
    """[(node, start, length)]; CPU 0 on node 0."""
    body = struct.pack("<IQ", 1, 0) + struct.pack("<BBBBI4xI", 0, 16, 0, 0, 1, 0)
    for node, start, length in ranges:
        body += struct.pack("<BBIHQQIIQ", 1, 40, node, 0, start, length, 0, 1, 0)
    return body


def entry(command, *fields):
    return struct.pack("<I", command).ljust(4) + b"".join(fields).ljust(124, b"\0")


def name(text):
    return text.encode().ljust(56, b"\0")


def write(directory, tables):
    """Three files for fw_cfg; returns QEMU's arguments."""
    blob, pointers = b"", []
    for t in tables:
        pointers.append(len(blob))
        blob += t.ljust((len(t) + 15) // 16 * 16, b"\0")
    rsdt_at = len(blob)
    blob += table(b"RSDT", b"".join(struct.pack("<I", p) for p in pointers))
    rsdp = b"RSD PTR " + b"\0STAKE \0" + struct.pack("<I", rsdt_at)
    script = entry(ALLOCATE, name("etc/acpi/rsdp"), struct.pack("<IB", 16, FSEG))
    script += entry(ALLOCATE, name("etc/acpi/tables"), struct.pack("<IB", 64, HIGH))
    for i in range(len(pointers)):
        script += entry(ADD_POINTER, name("etc/acpi/tables"), name("etc/acpi/tables"),
                        struct.pack("<IB", rsdt_at + 36 + 4 * i, 4))
    # The pointers' final values change the sum of the RSDT, and the RSDP's that of the RSDP.
    blob = blob[:rsdt_at + 9] + b"\0" + blob[rsdt_at + 10:]
    script += entry(ADD_CHECKSUM, name("etc/acpi/tables"),
                    struct.pack("<III", rsdt_at + 9, rsdt_at, 36 + 4 * len(pointers)))
    script += entry(ADD_POINTER, name("etc/acpi/rsdp"), name("etc/acpi/tables"), struct.pack("<IB", 16, 4))
    script += entry(ADD_CHECKSUM, name("etc/acpi/rsdp"), struct.pack("<III", 8, 0, 20))
    args = []
    directory.mkdir(parents=True, exist_ok=True)
    for file, data in (("acpi/rsdp", rsdp), ("acpi/tables", blob), ("table-loader", script)):
        path = directory / file.replace("/", "-")
        path.write_bytes(data)
        args += ["-fw_cfg", f"name=etc/{file},file={path}"]
    return args
