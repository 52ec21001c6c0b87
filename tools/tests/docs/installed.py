# SPDX-License-Identifier: GPL-2.0-only
"""What `make install` puts where the pages say: a program builds against it with the words of the guide, manual pages
can be read, and update-grub's part gives entries that GRUB understands."""
import os
import shutil
import subprocess

from pages import ROOT

KERNELS = ["6.1.0-9-amd64", "6.1.0-10-amd64"]  # as text, the first would be the newer one


def said(argv, **more):
    r = subprocess.run([str(a) for a in argv], capture_output=True, text=True, **more)
    return (r.stdout, "" if r.returncode == 0 else (r.stdout + r.stderr) or f"status {r.returncode}")


def tree(build):
    root = build / "tests/docs/root"
    shutil.rmtree(root, ignore_errors=True)
    _, problem = said(["make", "-s", "-C", ROOT, f"BUILD={build}", f"DESTDIR={root}", "install"])
    return root, problem


def example(root):
    """As in the guide, admin-guide/libxl.rst, but below DESTDIR."""
    lib = root / "usr/local/lib/stake"
    return said(["cc", f"-I{root}/usr/local/include/stake", "-o", root / "create", ROOT / "tools/tests/create/create.c",
                 f"-L{lib}", "-Wl,-rpath,/usr/local/lib/stake", f"-Wl,-rpath-link,{lib}", "-lxenlight", "-lxentoollog"])[1]


def grub(root):
    boot = root / "boot"
    for kernel in KERNELS:
        (boot / f"vmlinuz-{kernel}").touch()
        (boot / f"initrd.img-{kernel}").touch()
    text, problem = said([root / "etc/grub.d/15_stake"], env={
        "PATH": os.environ["PATH"], "STAKE_BOOT": str(boot), "GRUB_DEVICE_UUID": "root-of-dom0",
        "GRUB_CMDLINE_XEN": "dom0_mem=2G", "GRUB_CMDLINE_LINUX": "quiet"})
    if problem:
        return problem
    (root / "grub.cfg").write_text(text)
    problem = said(["grub-script-check", root / "grub.cfg"])[1]
    words = [w for k in reversed(KERNELS) for w in ("multiboot2", "/stake dom0_mem=2G", f"/vmlinuz-{k} vmlinuz "
             "root=UUID=root-of-dom0 ro quiet", f"/initrd.img-{k}")]
    at = 0
    for word in words:
        if (at := text.find(word, at)) < 0:
            return f"{word} is missing, or not in its place, in\n{text}"
    return problem


def check(build):
    root, problem = tree(build)
    yield "make install", problem
    for path in ("boot/stake", "usr/local/sbin/xl", "usr/local/lib/stake/libxenlight.so", "usr/local/include/stake/libxl.h",
                 "usr/local/share/man/man1/xl.1", "usr/local/share/man/man5/xl.cfg.5"):
        yield path, "" if (root / path).is_file() else "is not installed"
    yield "the guide's way to build against libxl", example(root)
    yield "update-grub's part", grub(root)
    page = root / "usr/local/share/man/man1/xl.1"
    yield "the manual page has its name", "" if page.is_file() and ".TH \"XL\" \"1\"" in page.read_text() else "no"
