# SPDX-License-Identifier: GPL-2.0-only
"""The boot matrix: ways to load, sizes and shapes of machines, and input that is wrong.  A row boots the kernel
`hello` as dom0 and wants its success, or it says which messages are to come before the machine stops."""
import struct

import acpi
import bzimage
import loaders
import machine


class Row:
    """options: the hypervisor's; module: another kernel than hello, and words: its command line; qemu: more arguments, or a function of the directory that gives them; says:
    regular expressions to be met in this order; stops: the machine is to halt, instead of hello's success; halts: it
    cannot power off, for want of tables; restarts: hello restarts the machine, which comes up again."""

    def __init__(self, name, loader="kernel", smp=2, mem="1G", sparse=False, nodes=0, cpu="", options="",
                 qemu=(), module="hello", words="word", says=(), stops=False, halts=False, restarts=False):
        self.name, self.loader, self.smp, self.mem, self.sparse = name, loader, smp, mem, sparse
        self.nodes, self.cpu, self.options, self.qemu, self.module = nodes, cpu, options, qemu, module
        self.words = "reboot" if restarts else words
        self.says, self.stops, self.halts, self.restarts = list(says), stops, halts, restarts


def node(i, size=None, cpus=None):
    memory = ["-object", f"memory-backend-ram,id=m{i},size={size}"] if size else []
    return memory + ["-numa", f"node,nodeid={i}" + (f",memdev=m{i}" if size else "") +
                     (f",cpus={cpus}" if cpus else "")]


def own_acpi(*tables):
    return lambda directory: ["-machine", "acpi=off", *acpi.write(directory, tables)]


MADT = acpi.table(b"APIC", acpi.madt(2))
GIB = 1 << 30
BANNER = "Stake, Xen interface"


def shape(name, options, words, *says):
    """dom0's size and place, as the kernel dom0-shape finds them on two nodes of two CPUs and 512 MiB."""
    return Row(f"boot-{name}", smp=4, nodes=2, options=options, module="dom0-shape", words=words, says=says)


ROWS = [
    Row("boot-kernel-smp1", smp=1, says=["CPUs: 1 of 1 up"]),
    Row("boot-kernel-smp2", says=["CPUs: 2 of 2 up"]),
    Row("boot-kernel-smp4", smp=4, says=["CPUs: 4 of 4 up"]),
    Row("boot-grub-bios", loader="grub-bios"),
    Row("boot-grub-menu", loader="grub-menu"),
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

    shape("dom0-mem-min", "dom0_mem=64M,min:96M", "least=95 most=96"),
    shape("dom0-mem-max", "dom0_mem=512M,max:96M", "least=95 most=96 limit=96"),
    shape("dom0-mem-grow", "dom0_mem=96M,max:256M", "least=95 most=96 limit=256"),
    shape("dom0-mem-all", "dom0_mem=min:64M", "least=900 most=1023"),
    shape("dom0-mem-percent", "dom0_mem=25%", "least=240 most=256"),
    shape("dom0-mem-percent-bounds", "dom0_mem=50%,min:10%,max:20%", "least=190 most=205"),
    shape("dom0-vcpus", "dom0_max_vcpus=3 dom0_mem=96M", "vcpus=3"),
    shape("dom0-nodes-own-choice", "dom0_max_vcpus=2 dom0_mem=96M", "vcpus=2 nodes=1 hard=0xff soft=0x3"),
    shape("dom0-nodes-many-vcpus", "dom0_mem=96M", "vcpus=4 hard=0xff soft=0xff"),
    shape("dom0-nodes-strict", "dom0_nodes=1,strict dom0_mem=96M", "vcpus=2 nodes=2 hard=0xc soft=0xff"),
    shape("dom0-nodes-strict-percent", "dom0_nodes=1 dom0_mem=50%", "least=235 most=256 vcpus=2 nodes=2"),
    shape("dom0-nodes-relaxed", "dom0_nodes=1,relaxed dom0_mem=96M", "vcpus=2 nodes=2 hard=0xff soft=0xc"),
    shape("dom0-nodes-relaxed-full", "dom0_nodes=1,relaxed dom0_mem=640M", "least=639 most=640 nodes=3"),
    shape("dom0-nodes-absent", "dom0_nodes=1,7 dom0_mem=96M", "vcpus=2 nodes=2", "names node 7, which"),
    shape("dom0-nodes-none-of-them", "dom0_nodes=7 dom0_mem=96M", "vcpus=4 hard=0xff", "names node 7, which"),
    shape("dom0-nodes-nonsense", "dom0_nodes=1,,x dom0_mem=96M", "vcpus=4", "dom0_nodes=1,,x is not understood"),
    Row("boot-dom0-nodes-without-cpus", qemu=[*node(0, "512M", "0-1"), *node(1, "512M")], module="dom0-shape",
        options="dom0_nodes=1 dom0_mem=96M", words="vcpus=2 hard=0xff", says=["names nodes without CPUs"]),
    Row("boot-dom0-nodes-strict-too-much", smp=4, nodes=2, options="dom0_nodes=1 dom0_mem=640M", stops=True,
        says=["dom0_mem= asks for 640 MiB for dom0, but only"]),

    Row("boot-restart-acpi", restarts=True, says=["Restarting by ACPI", BANNER]),
    Row("boot-restart-chipset", restarts=True, options="reboot=pci", says=["Restarting by the chipset", BANNER]),
    Row("boot-restart-keyboard", restarts=True, options="reboot=kbd", says=["Restarting by the keyboard", BANNER]),
    Row("boot-restart-triple-fault", restarts=True, options="reboot=triple",
        says=["Restarting by a triple fault", BANNER]),
    Row("boot-restart-ovmf", restarts=True, loader="grub-ovmf", smp=1, says=["Restarting by ACPI", BANNER]),

    Row("boot-without-svm", cpu="-svm", stops=True, says=["dom0 needs hardware virtualisation"]),
    Row("boot-no-module", module=None, stops=True, says=["There is no kernel for dom0"]),
    Row("boot-module-truncated", module="truncated", stops=True, says=["truncated", "Dom0 has crashed while it started"]),
    Row("boot-module-garbage", module="garbage", stops=True, says=["Panic on CPU 0: .*(kernel|module)"]),
    Row("boot-bzimage-truncated", module="bzimage-truncated", stops=True, says=["the bzImage is truncated"]),
    Row("boot-bzimage-larger", module="bzimage-larger", stops=True, says=["dom0 kernel: .*not of the size"]),
    Row("boot-bzimage-smaller", module="bzimage-smaller", stops=True, says=["dom0 kernel: gzip: .*damaged"]),
    Row("boot-bzimage-huge", module="bzimage-huge", stops=True, says=["the bzImage is damaged"]),
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

# A kernel's payload in each format: whole, cut off, and with a piece overwritten; what the unpacker says of those.
COMPLAINTS = {"gzip": "gzip: the data is damaged", "xz": "XZ: the data is damaged", "lzma": "XZ: the data is damaged",
              "zstd": "zstd: the data is damaged", "lz4": "LZ4: the data is damaged"}
ROWS += [Row(f"boot-payload-{name}", module=name) for name in bzimage.FORMATS]
ROWS += [Row(f"boot-payload-{name}-{harm}", module=f"{name}-{harm}", stops=True,
             says=[f"dom0 kernel: {text}", "Dom0 has crashed while it started"])
         for name, text in COMPLAINTS.items() for harm in ("truncated", "damaged")]


def truncated(data):
    return data[:len(data) // 2]


def damaged(data):
    middle = len(data) // 2
    return data[:middle] + b"\xff" * 64 + data[middle + 64:]


def with_size(image, size):
    return image[:-4] + struct.pack("<I", size)


def modules(kernels):
    """Each module that rows name: a function that makes it."""
    hello = (kernels / "hello.elf").read_bytes()
    made = {
        "hello": lambda: hello,
        "dom0-shape": lambda: (kernels / "dom0-shape.elf").read_bytes(),
        "truncated": lambda: hello[:len(hello) // 64],
        "garbage": lambda: bytes(range(256)) * 64,
        "bzimage-truncated": lambda: truncated(bzimage.wrap("gzip", hello)),
        "bzimage-larger": lambda: with_size(bzimage.wrap("gzip", hello), len(hello) + 1),
        "bzimage-smaller": lambda: with_size(bzimage.wrap("gzip", hello), len(hello) - 1),
        "bzimage-huge": lambda: with_size(bzimage.wrap("gzip", hello), 0xfffffff0),
    }
    for name in bzimage.FORMATS:
        made[name] = lambda name=name: bzimage.wrap(name, hello)
        for harm in truncated, damaged:
            made[f"{name}-{harm.__name__}"] = lambda name=name, harm=harm: bzimage.wrap(name, hello, harm)
    return made


def module_file(row, directory, kernels):
    path = directory / "module"
    path.write_bytes(modules(kernels)[row.module]())
    return path


def command(row, build):
    directory = build / "tests/guest" / row.name
    directory.mkdir(parents=True, exist_ok=True)
    cpu = machine.CPU + ("," + row.cpu if row.cpu else "")
    argv = ["qemu-system-x86_64", "-machine", "q35,kernel-irqchip=split", "-accel", "tcg", "-cpu", cpu,
            "-smp", str(row.smp), "-m", row.mem, "-display", "none", "-vga", "none", "-serial", "stdio",
            "-monitor", "none", "-net", "none"] + ([] if row.restarts else ["-no-reboot"])
    if row.nodes:
        whole = machine.parse(f"smp={row.smp} mem=1024 nodes={row.nodes}")
        argv += machine.numa(whole)
    if row.sparse:
        argv += ["-object", f"memory-backend-ram,id=ram,size={row.mem},reserve=off", "-machine", "memory-backend=ram"]
    argv += row.qemu(directory) if callable(row.qemu) else row.qemu
    memory = "" if "dom0_mem=" in row.options else "dom0_mem=128M "
    boot = loaders.Boot(build / "xen/xen", build / "xen/xen.efi",
                        f"console=com1 com1=115200,8n1 {memory}{row.options}")
    if row.module:
        boot.modules.append((module_file(row, directory, build / "tests/guest"), row.words))
    return argv + loaders.arguments(row.loader, directory, boot)
