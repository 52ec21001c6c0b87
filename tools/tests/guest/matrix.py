# SPDX-License-Identifier: GPL-2.0-only
"""The boot matrix: ways to load, sizes and shapes of machines, and input that is wrong.  A row boots the kernel
`hello` as dom0 and wants its success, or it says which messages are to come before the machine stops."""
import shutil
import subprocess

import acpi
import machine

OVMF = "/usr/share/OVMF"


class Row:
    """options: the hypervisor's; qemu: more arguments, or a function of the directory that gives them; says:
    regular expressions to be met in this order; stops: the machine is to halt, instead of hello's success; halts: it
    cannot power off, for want of tables."""

    def __init__(self, name, loader="kernel", smp=2, mem="1G", sparse=False, nodes=0, cpu="", options="",
                 qemu=(), module="hello", says=(), stops=False, halts=False):
        self.name, self.loader, self.smp, self.mem, self.sparse = name, loader, smp, mem, sparse
        self.nodes, self.cpu, self.options, self.qemu, self.module = nodes, cpu, options, qemu, module
        self.says, self.stops, self.halts = list(says), stops, halts


def node(i, size=None, cpus=None):
    memory = ["-object", f"memory-backend-ram,id=m{i},size={size}"] if size else []
    return memory + ["-numa", f"node,nodeid={i}" + (f",memdev=m{i}" if size else "") +
                     (f",cpus={cpus}" if cpus else "")]


def own_acpi(*tables):
    return lambda directory: ["-machine", "acpi=off", *acpi.write(directory, tables)]


MADT = acpi.table(b"APIC", acpi.madt(2))
GIB = 1 << 30

ROWS = [
    Row("boot-kernel-smp1", smp=1, says=["CPUs: 1 of 1 up"]),
    Row("boot-kernel-smp2", says=["CPUs: 2 of 2 up"]),
    Row("boot-kernel-smp4", smp=4, says=["CPUs: 4 of 4 up"]),
    Row("boot-grub-bios", loader="grub-bios"),
    Row("boot-grub-multiboot1", loader="grub-multiboot1"),
    Row("boot-grub-ovmf", loader="grub-ovmf", smp=1),
    Row("boot-efi-ovmf", loader="efi", smp=1),
    Row("boot-mem-512M", mem="512M"),
    Row("boot-mem-4G", mem="4G"),
    Row("boot-mem-64G", mem="64G", sparse=True),
    Row("boot-nodes-1", nodes=1),
    Row("boot-nodes-2", nodes=2),
    Row("boot-nodes-4", smp=4, nodes=4),
    Row("boot-node-without-memory", qemu=[*node(0, "1G", "0"), *node(1, None, "1")]),
    Row("boot-node-without-cpus", qemu=[*node(0, "512M", "0-1"), *node(1, "512M")]),
    Row("boot-maxcpus", smp=4, options="maxcpus=2", says=["CPUs: 2 of"]),
    Row("boot-numa-off", nodes=2, options="numa=off"),

    Row("boot-without-svm", cpu="-svm", stops=True, says=["dom0 needs hardware virtualisation"]),
    Row("boot-no-module", module=None, stops=True, says=["There is no kernel for dom0"]),
    Row("boot-module-truncated", module="truncated", stops=True, says=["truncated", "Dom0 has crashed while it started"]),
    Row("boot-module-garbage", module="garbage", stops=True, says=["Panic on CPU 0: .*(kernel|module)"]),
    Row("boot-dom0-memory-too-much", options="dom0_mem=100G", stops=True,
        says=["dom0_mem= asks for 102400 MiB for dom0, but only"]),
    Row("boot-dom0-memory-too-little", options="dom0_mem=64K", stops=True, says=["Panic on CPU 0: .*memory"]),
    Row("boot-acpi-none", loader="efi", smp=1, qemu=["-machine", "acpi=off"], halts=True, says=["Going on without ACPI"]),
    Row("boot-acpi-own", qemu=own_acpi(MADT), halts=True, says=["CPUs: 2 of 2 up"]),
    Row("boot-acpi-wrong-checksum", qemu=own_acpi(MADT, acpi.table(b"SRAT", acpi.srat([(0, 0, GIB)]), True)),
        halts=True, says=["SRAT.*wrong checksum"]),
    Row("boot-acpi-zero-length", qemu=own_acpi(MADT, acpi.table(b"SRAT", acpi.srat([(0, 0, GIB)]), length=0)),
        halts=True, says=["SRAT.*length 0"]),
    Row("boot-acpi-srat-overlap",
        qemu=own_acpi(MADT, acpi.table(b"SRAT", acpi.srat([(0, 0, GIB), (1, GIB // 2, GIB)]))),
        halts=True, says=["SRAT: ranges overlap"]),
    Row("boot-cmdline-absurd", options="com1=fast,9x7 console=paper loglvl=loud maxcpus=many no-such " + "x" * 900,
        says=["com1=fast,9x7 is not understood; com1 takes", "console=paper is not understood", "unknown option no-such"]),
]


def module_file(row, directory, kernels):
    hello = (kernels / "hello.elf").read_bytes()
    data = {"hello": hello, "truncated": hello[:len(hello) // 64], "garbage": bytes(range(256)) * 64}[row.module]
    path = directory / "module"
    path.write_bytes(data)
    return path


def grub_iso(row, directory, xen, module, options):
    tree = directory / "iso"
    (tree / "boot/grub").mkdir(parents=True, exist_ok=True)
    shutil.copy(xen, tree / "boot/xen")
    shutil.copy(module, tree / "boot/module")
    version = "" if row.loader == "grub-multiboot1" else "2"
    (tree / "boot/grub/grub.cfg").write_text(
        f"multiboot{version} /boot/xen {options}\nmodule{version} /boot/module module\nboot\n")
    iso = directory / "grub.iso"
    subprocess.run(["grub-mkrescue", "-o", iso, tree], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return iso


def efi_disk(row, directory, efi, module, options):
    disk = directory / "disk.img"
    config = directory / "BOOTX64.cfg"
    config.write_text(f"[global]\ndefault=test\n\n[test]\noptions={options}\nkernel=module word\n")
    disk.unlink(missing_ok=True)
    with disk.open("wb") as f:
        f.truncate(64 << 20)
    for command in (["mkfs.vfat", disk], ["mmd", "-i", disk, "::/EFI", "::/EFI/BOOT"],
                    ["mcopy", "-i", disk, efi, "::/EFI/BOOT/BOOTX64.EFI"],
                    ["mcopy", "-i", disk, config, module, "::/EFI/BOOT/"]):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return disk


def firmware(directory):
    variables = directory / "vars.fd"
    shutil.copy(f"{OVMF}/OVMF_VARS.fd", variables)
    return ["-drive", f"if=pflash,format=raw,readonly=on,file={OVMF}/OVMF_CODE.fd",
            "-drive", f"if=pflash,format=raw,file={variables}"]


def loader(row, directory, build):
    xen, kernels = build / "xen/xen", build / "tests/guest"
    options = f"console=com1 com1=115200,8n1 dom0_mem=128M {row.options}"
    module = module_file(row, directory, kernels) if row.module else None
    if row.loader == "kernel":
        return ["-kernel", str(xen), "-append", options] + (["-initrd", f"{module} word"] if module else [])
    if row.loader == "efi":
        disk = efi_disk(row, directory, build / "xen/xen.efi", module, options)
        return [*firmware(directory), "-drive", f"format=raw,file={disk}"]
    iso = grub_iso(row, directory, xen, module, options)
    return ["-cdrom", str(iso)] + (firmware(directory) if row.loader == "grub-ovmf" else [])


def command(row, build):
    directory = build / "tests/guest" / row.name
    directory.mkdir(parents=True, exist_ok=True)
    cpu = machine.CPU + ("," + row.cpu if row.cpu else "")
    argv = ["qemu-system-x86_64", "-machine", "q35,kernel-irqchip=split", "-accel", "tcg", "-cpu", cpu,
            "-smp", str(row.smp), "-m", row.mem, "-display", "none", "-vga", "none", "-serial", "stdio",
            "-monitor", "none", "-no-reboot", "-net", "none"]
    if row.nodes:
        whole = machine.parse(f"smp={row.smp} mem=1024 nodes={row.nodes}")
        argv += machine.numa(whole)
    if row.sparse:
        argv += ["-object", f"memory-backend-ram,id=ram,size={row.mem},reserve=off", "-machine", "memory-backend=ram"]
    argv += row.qemu(directory) if callable(row.qemu) else row.qemu
    return argv + loader(row, directory, build)
