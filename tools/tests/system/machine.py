# SPDX-License-Identifier: GPL-2.0-only
"""The machine that a system test runs on: QEMU's command line, its console, and its end."""
import os
import shlex
import subprocess
import threading
import time
from pathlib import Path

import emulator
import loaders

# Guests' user space dies of AVX instructions under TCG now and then; QEMU's RDTSCP cannot be intercepted.
CPU = "max,+svm,-la57,-pku,-avx,-avx2,-f16c,-fma,-rdtscp"

# name: of this run, where a scenario has several; loader: see loaders.py; payload: the format that dom0's kernel is
# packed in, instead of Debian's; end: `poweroff` or `reboot`, where not either will do.
DEFAULTS = {"name": "", "loader": "kernel", "payload": "", "end": "", "mem": "2048", "smp": "1",
            "nodes": "0", "iommu": "amd", "dom0_mem": "512M", "dom0_max_vcpus": "", "xen": "", "linux": "",
            "qemu": "", "icount": "", "timeout": "300"}


def parse(text):
    """'mem=4096 nodes=2 ...' -> a whole machine; unknown words are mistakes."""
    machine = dict(DEFAULTS)
    for word in shlex.split(text):
        key, _, value = word.partition("=")
        if key not in machine:
            raise ValueError(f"unknown machine option: {key}")
        machine[key] = value
    return machine


def numa(machine):
    nodes, mem, smp = int(machine["nodes"]), int(machine["mem"]), int(machine["smp"])
    args = []
    for i in range(nodes):
        first, last = smp * i // nodes, smp * (i + 1) // nodes - 1
        cpus = f",cpus={first}-{last}" if last >= first else ""
        args += ["-object", f"memory-backend-ram,id=m{i},size={mem // nodes}M",
                 "-numa", f"node,nodeid={i},memdev=m{i}{cpus}"]
    for i in range(nodes):
        for j in range(i + 1, nodes):
            args += ["-numa", f"dist,src={i},dst={j},val=21"]
    return args


def clock(machine):
    """icount=N: an instruction takes 2^N ns, and nothing else takes time; every run is the same, whatever the host
    has to do besides.  Not where CPUs wait for each other in loops, as Linux does when it starts them: QEMU 7.2 lets
    one that spins use up the time to the next timer, again and again, and the one that it waits for does not run."""
    return ["-icount", f"shift={machine['icount']},sleep=off", "-seed", "1",
            "-rtc", "base=2026-01-01T00:00:00,clock=vm"] if machine["icount"] else []


def command(machine, xen, kernel, initrd, reference, directory=None):
    """QEMU's arguments; `initrd` is dom0's initramfs; `directory` is for the images of other loaders than QEMU."""
    options = f"console=com1 com1=115200,8n1 dom0_mem={machine['dom0_mem']} {machine['xen']}"
    if machine["dom0_max_vcpus"]:
        options += f" dom0_max_vcpus={machine['dom0_max_vcpus']}"
    if reference:
        # Lazy switching of FPU state goes wrong under TCG: user space dies at random.
        options += " dom0=pvh spec-ctrl=eager-fpu" + (" dom0-iommu=none" if machine["iommu"] == "none" else "")
    iommu = {"none": [], "amd": ["-device", "amd-iommu"], "intel": ["-device", "intel-iommu"]}
    boot = loaders.Boot(Path(xen), Path(xen).with_name("xen.efi"), options,
                        [(Path(kernel), f"console=hvc0 {machine['linux']}"), (Path(initrd), "")])
    return ["qemu-system-x86_64", "-machine", "q35,kernel-irqchip=split", "-accel", "tcg", "-cpu", CPU,
            "-smp", machine["smp"], "-m", machine["mem"] + "M", *numa(machine), *iommu[machine["iommu"]],
            "-display", "none", "-vga", "none", "-serial", "stdio", "-monitor", "none",
            *([] if machine["end"] else ["-no-reboot"]), "-net", "none", *clock(machine),
            *shlex.split(machine["qemu"]), *loaders.arguments(machine["loader"], directory, boot)]


def run(argv, log, timeout, on_line):
    """Runs QEMU to its end, calling on_line for each line of its console until that returns True (stop).
    Returns 'end', 'stopped' or 'timeout'; the console is kept in `log` with a time before each line."""
    why = ["end"]
    start = time.monotonic()
    with open(log, "w") as out:
        out.write("# " + shlex.join(argv) + "\n")
        qemu = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, env=emulator.environment())

        def expire():
            why[0] = "timeout"
            qemu.kill()

        alarm = threading.Timer(timeout, expire)
        alarm.start()
        pending = b""
        try:
            while chunk := os.read(qemu.stdout.fileno(), 65536):
                *lines, pending = (pending + chunk).split(b"\n")
                for raw in lines:
                    line = raw.decode("latin1").replace("\r", "")
                    out.write(f"{time.monotonic() - start:8.3f} {line}\n")
                    if on_line(line) and why[0] == "end":
                        why[0] = "stopped"
                        qemu.kill()
                out.flush()
        finally:
            alarm.cancel()
            qemu.kill()
            out.write(f"# {why[0]}, QEMU's status {qemu.wait()}\n")
    return why[0]
