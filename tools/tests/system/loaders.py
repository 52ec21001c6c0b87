# SPDX-License-Identifier: GPL-2.0-only
"""The ways in: how QEMU gets a hypervisor and its modules to run.

    arguments(way, directory, boot) -> QEMU's arguments; images are made in `directory` (-kernel needs none)

kernel           QEMU's -kernel: multiboot 1
grub-bios        a GRUB image by BIOS: multiboot 2
grub-multiboot1  the same by the older protocol
grub-ovmf        the same image by UEFI
grub-menu        GRUB by BIOS with the entry that update-grub makes of tools/boot/15_stake, the first of its menu
efi              xen.efi and its configuration file on a UEFI system partition

Under OVMF a machine has one processor, or QEMU one thread: with several it takes minutes.
"""
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

OVMF = "/usr/share/OVMF"
MENU = Path(__file__).resolve().parents[2] / "boot/15_stake"


@dataclass
class Boot:
    xen: Path           # the hypervisor's image
    efi: Path           # and the UEFI program of it
    options: str
    modules: list = field(default_factory=list)  # (file, words): dom0's kernel, then its initramfs


def quiet(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def by_kernel(directory, boot):
    modules = ",".join(f"{path} {words}".strip() for path, words in boot.modules)
    return ["-kernel", str(boot.xen), "-append", boot.options] + (["-initrd", modules] if modules else [])


def grub_image(directory, boot, version):
    """Modules are handed over as they are: GRUB would unpack them as it can."""
    tree, image = directory / "iso", directory / "grub.iso"
    shutil.rmtree(tree, ignore_errors=True)
    (tree / "boot/grub").mkdir(parents=True)
    shutil.copy(boot.xen, tree / "boot/xen")
    lines = [f"multiboot{version} /boot/xen {boot.options}"]
    for i, (path, words) in enumerate(boot.modules):
        shutil.copy(path, tree / f"boot/module{i}")
        lines.append(f"module{version} --nounzip /boot/module{i} module{i} {words}")
    (tree / "boot/grub/grub.cfg").write_text("\n".join([*lines, "boot", ""]))
    quiet("grub-mkrescue", "-o", image, tree)
    shutil.rmtree(tree)
    return ["-cdrom", str(image)]


def menu_image(directory, boot):
    """What is installed below /boot, and the menu made of it; modules are a kernel and perhaps its initramfs."""
    tree, image = directory / "iso", directory / "grub.iso"
    shutil.rmtree(tree, ignore_errors=True)
    (tree / "boot/grub").mkdir(parents=True)
    shutil.copy(boot.xen, tree / "boot/stake")
    for (path, _), name in zip(boot.modules, ("vmlinuz-1", "initrd.img-1")):
        shutil.copy(path, tree / "boot" / name)
    words = " ".join(words for _, words in boot.modules)
    entries = subprocess.run([MENU], check=True, capture_output=True, text=True, env={
        "PATH": os.environ["PATH"], "STAKE_BOOT": str(tree / "boot"), "GRUB_CMDLINE_XEN": boot.options,
        "GRUB_CMDLINE_LINUX": words}).stdout
    (tree / "boot/grub/grub.cfg").write_text("set timeout=0\n" + entries.replace(str(tree), ""))
    quiet("grub-mkrescue", "-o", image, tree)
    shutil.rmtree(tree)
    return ["-cdrom", str(image)]


def firmware(directory):
    variables = directory / "vars.fd"
    shutil.copy(f"{OVMF}/OVMF_VARS.fd", variables)
    return ["-drive", f"if=pflash,format=raw,readonly=on,file={OVMF}/OVMF_CODE.fd",
            "-drive", f"if=pflash,format=raw,file={variables}"]


def efi_disk(directory, boot):
    disk, config = directory / "disk.img", directory / "BOOTX64.cfg"
    keys = [f"{key}=module{i} {words}"
            for i, (key, (_, words)) in enumerate(zip(("kernel", "ramdisk"), boot.modules))]
    config.write_text("\n".join(["[global]", "default=test", "", "[test]", f"options={boot.options}", *keys, ""]))
    disk.unlink(missing_ok=True)
    with disk.open("wb") as f:
        f.truncate((64 << 20) + sum(path.stat().st_size for path, _ in boot.modules))
    quiet("mkfs.vfat", disk)
    quiet("mmd", "-i", disk, "::/EFI", "::/EFI/BOOT")
    quiet("mcopy", "-i", disk, boot.efi, "::/EFI/BOOT/BOOTX64.EFI")
    quiet("mcopy", "-i", disk, config, "::/EFI/BOOT/")
    for i, (path, _) in enumerate(boot.modules):
        quiet("mcopy", "-i", disk, path, f"::/EFI/BOOT/module{i}")
    return ["-drive", f"format=raw,file={disk}"]


WAYS = {
    "kernel": by_kernel,
    "grub-bios": lambda directory, boot: grub_image(directory, boot, "2"),
    "grub-multiboot1": lambda directory, boot: grub_image(directory, boot, ""),
    "grub-ovmf": lambda directory, boot: [*grub_image(directory, boot, "2"), *firmware(directory)],
    "grub-menu": menu_image,
    "efi": lambda directory, boot: [*efi_disk(directory, boot), *firmware(directory)],
}


def arguments(way, directory, boot):
    if directory:
        directory.mkdir(parents=True, exist_ok=True)
    return WAYS[way](directory, boot)
