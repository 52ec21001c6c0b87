#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""`make iso`: a bootable image (GRUB, by BIOS and by EFI) with the hypervisor, Debian's Linux as dom0 and our tools.

What it boots into is what `make run` shows: dom0 with its daemons, and a shell on the console."""
import argparse
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SYSTEM = HERE.parent / "tests/system"
sys.path.insert(0, str(SYSTEM))

import images  # noqa: E402

GRUB_CFG = """set timeout=3
menuentry "Stake, with Debian as dom0" {
    multiboot2 /boot/xen console=com1,vga com1=115200,8n1 dom0_mem=512M
    module2 --nounzip /boot/vmlinuz vmlinuz console=hvc0 show=shell
    module2 --nounzip /boot/initrd
}
"""


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--build", default=str(images.ROOT / "build"))
    build = Path(ap.parse_args().build).resolve()
    root, out = build / "iso", build / "stake.iso"
    shutil.rmtree(root, ignore_errors=True)
    (root / "boot/grub").mkdir(parents=True)
    base, tools = images.base(build), images.tools(build)
    overlay = images.overlay(root / "overlay", build / "iso-overlay.gz",
                             {".": SYSTEM / "dom0", "test/scenario.sh": HERE / "show.sh"})
    shutil.rmtree(root / "overlay")
    shutil.copy(build / "xen/xen", root / "boot/xen")
    shutil.copy(base.kernel, root / "boot/vmlinuz")
    (root / "boot/initrd").write_bytes(base.dom0.read_bytes() + tools.read_bytes() + overlay.read_bytes())
    (root / "boot/grub/grub.cfg").write_text(GRUB_CFG)
    subprocess.run(["grub-mkrescue", "-o", str(out), str(root)], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    print(f"  ISO     {out} ({out.stat().st_size >> 20} MiB)")


if __name__ == "__main__":
    main()
