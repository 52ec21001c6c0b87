# SPDX-License-Identifier: GPL-2.0-only
"""Builds what a system test boots, out of Debian packages and this tree's own tools.

    images.base(build)   -> Images: hypervisor of the reference, kernel, dom0's and the guest's initramfs.
                            Made once and cached by the contents of the files that describe it.
    images.tools(build)  -> a cpio archive with the installed toolstack; made anew for each run.
    images.overlay(...)  -> a cpio archive of a few files; the kernel unpacks archives one after another.

Packages are fetched by `apt-get download` into build/system/debs and stay there.
"""
import contextlib
import fcntl
import gzip
import hashlib
import lzma
import os
import shutil
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

import bzimage

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]

# Kernel modules, by file name; what they depend on comes along.
DOM0_MODULES = """xen-evtchn xen-gntdev xen-gntalloc xen-privcmd xenfs xen-blkback xen-netback
    xen-blkfront xen-netfront loop brd bridge ahci sd_mod nvme e1000e ext4 crc32c_generic""".split()
GUEST_MODULES = "xen-blkfront xen-netfront".split()

# Not needed by any test, and large.
DROP = """usr/share usr/lib/xen-4.17/boot usr/lib/xen-4.17/lib usr/bin/xenalyze usr/lib/systemd boot
    usr/lib/modules usr/lib/xen-4.17/bin/xl usr/sbin/xl usr/lib/xen-4.17/bin/qemu-system-i386""".split()


@dataclass
class Images:
    reference: Path  # Debian's Xen, an ELF that QEMU boots
    kernel: Path     # Debian's bzImage
    dom0: Path       # dom0's initramfs without tools and scenario


def say(text):
    print(f"  system  {text}", flush=True)


def packages():
    lines = (HERE / "dom0-packages.txt").read_text().splitlines()
    names = [line.split("#")[0].strip() for line in lines]
    return [n if n != "KERNEL" else kernel_package() for n in names if n]


def kernel_package():
    out = subprocess.run(["apt-cache", "depends", "linux-image-amd64"], check=True, text=True,
                         stdout=subprocess.PIPE).stdout
    return next(line.split()[1] for line in out.splitlines() if "Depends: linux-image" in line)


def fetch(debs, names):
    """The .deb file of each package, downloaded if it is not there yet."""
    debs.mkdir(parents=True, exist_ok=True)
    missing = [n for n in names if not list(debs.glob(f"{n}_*.deb"))]
    if missing:
        say(f"fetching {len(missing)} Debian packages")
        subprocess.run(["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", *missing],
                       cwd=debs, check=True, stdout=subprocess.DEVNULL)
    return {n: sorted(debs.glob(f"{n}_*.deb"))[-1] for n in names}


def unpack(deb, root):
    """Extracts a package; /bin, /lib and the like are links into /usr and stay so."""
    tar = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "--keep-directory-symlink", "-C", root], stdin=tar.stdout, check=True)
    if tar.wait() != 0:
        raise RuntimeError(f"cannot unpack {deb}")


def fresh_root(path):
    """An empty root file system in Debian's merged layout."""
    shutil.rmtree(path, ignore_errors=True)
    for d in "usr/bin usr/sbin usr/lib usr/lib64 dev proc sys run tmp etc root mnt boot var/log/xen " \
             "var/lib/xen var/lib/xenstored".split():
        (path / d).mkdir(parents=True)
    for d in "bin sbin lib lib64".split():
        (path / d).symlink_to(f"usr/{d}")
    (path / "var/run").symlink_to("../run")
    (path / "var/lock").symlink_to("../run/lock")
    return path


def copy_modules(src, dst, wanted):
    """Copies modules and what they depend on from one root to another, and indexes them."""
    version = next((src / "usr/lib/modules").iterdir()).name
    base = src / "usr/lib/modules" / version
    depends = {}
    for line in (base / "modules.dep").read_text().splitlines():
        path, deps = line.split(":")
        depends[Path(path).stem] = [path, *deps.split()]
    for path in {p for name in wanted for p in depends.get(name, [])}:
        target = dst / "usr/lib/modules" / version / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(base / path, target)
    for name in ("modules.builtin", "modules.builtin.modinfo", "modules.order"):
        shutil.copy(base / name, dst / "usr/lib/modules" / version / name)
    subprocess.run(["depmod", "-b", dst / "usr", version], check=True)


def cpio(root, out, level=6):
    """Packs a directory as a compressed initramfs, owned by root."""
    names = subprocess.run("find . -mindepth 1 | LC_ALL=C sort", shell=True, cwd=root, check=True,
                           stdout=subprocess.PIPE).stdout
    data = subprocess.run(["cpio", "-o", "-H", "newc", "--quiet", "-R", "0:0"], cwd=root, input=names,
                          check=True, stdout=subprocess.PIPE).stdout
    out.write_bytes(gzip.compress(data, level, mtime=0))


def kernel_elf(image):
    """The ELF inside a kernel's image, whose payload is XZ in Debian 12."""
    return lzma.LZMADecompressor(lzma.FORMAT_XZ).decompress(bzimage.payload(image.read_bytes()))


def repacked(base, payload):
    """Debian's kernel with its payload in another format."""
    image = base.kernel.with_name(f"{base.kernel.name}-{payload}")
    if not image.exists():
        image.write_bytes(bzimage.wrap(payload, kernel_elf(base.kernel)))
    return image


def tiny_kernel():
    """The smallest PVH guest, an ELF that stops its only vCPU: for tests of memory, quick to load."""
    code = b"\xfa\xf4\xeb\xfd"  # cli; 1: hlt; jmp 1b
    note = struct.pack("<III4sI", 4, 4, 18, b"Xen\0", 0x100000)  # XEN_ELFNOTE_PHYS32_ENTRY
    body = code + note
    start = 52 + 2 * 32
    load = struct.pack("<8I", 1, start, 0x100000, 0x100000, len(body), len(body), 7, 4)
    notes = struct.pack("<8I", 4, start + len(code), 0, 0, len(note), len(note), 4, 4)
    head = struct.pack("<16sHHIIIIIHHHHHH", b"\x7fELF\1\1\1", 2, 3, 1, 0x100000, 52, 0, 0, 52, 32, 2, 0, 0, 0)
    return head + load + notes + body


def install_tree(src, dst):
    """Copies the files below src over a root file system, scripts executable."""
    for path in src.rglob("*"):
        if path.is_file():
            target = dst / path.relative_to(src)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)


def digest():
    h = hashlib.sha256(kernel_package().encode())
    for path in sorted([HERE / "images.py", HERE / "dom0-packages.txt", *HERE.glob("guest/**/*")]):
        if path.is_file():
            h.update(path.read_bytes())
    return h.hexdigest()


def build_guest(work, src, out):
    root = fresh_root(work / "guest")
    shutil.copy(src / "usr/bin/busybox", root / "usr/bin/busybox")
    copy_modules(src, root, GUEST_MODULES)
    install_tree(HERE / "guest", root)
    cpio(root, out)


def build_dom0(work, src, boot, out):
    root = work / "dom0"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(src, root, symlinks=True)
    for name in DROP:
        path = root / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    copy_modules(src, root, DOM0_MODULES)
    (root / "boot").mkdir()
    for path in boot:
        shutil.copy(path, root / "boot" / path.name)
    cpio(root, out)


def base(build):
    """The images that do not depend on this tree's own programs."""
    top = Path(build) / "system"
    out, work = top / "images", top / "work"
    images = Images(out / "xen-reference", out / "vmlinuz", out / "dom0.gz")
    stamp, want = out / "stamp", digest()
    if stamp.exists() and stamp.read_text() == want:
        return images
    debs = fetch(top / "debs", packages())
    say("assembling images")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    src = fresh_root(work / "debian")
    for deb in debs.values():
        unpack(deb, src)
    version = next((src / "usr/lib/modules").iterdir()).name
    subprocess.run(["depmod", "-b", src / "usr", version], check=True)
    shutil.copy(src / f"boot/vmlinuz-{version}", images.kernel)
    images.reference.write_bytes(gzip.decompress((src / "boot/xen-4.17-amd64.gz").read_bytes()))
    elf = out / "vmlinux.gz"
    elf.write_bytes(gzip.compress(kernel_elf(images.kernel), 6, mtime=0))
    build_guest(work, src, out / "guest.gz")
    build_dom0(work, src, [images.kernel, elf, out / "guest.gz"], images.dom0)
    shutil.rmtree(work)
    stamp.write_text(want)
    return images


def tools(build):
    """This tree's toolstack as it is built now, installed as `make install` does it."""
    top = Path(build) / "system"
    root, out = top / "tools", top / "tools.gz"
    shutil.rmtree(root, ignore_errors=True)
    subprocess.run(["make", "-s", "-C", ROOT / "tools", "install", f"DESTDIR={root}"], check=True)
    for path in Path(build).glob("tools/bin/test-*"):
        shutil.copy(path, root / "usr/local/sbin")
    for path in [*root.rglob("*.a"), *root.rglob("include")]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.read_bytes()[:4] == b"\x7fELF":
            subprocess.run(["strip", path], check=True)
    cpio(root, out, 1)
    return out


@contextlib.contextmanager
def alone(build):
    """Images are made by one run at a time; runs themselves may go side by side."""
    top = Path(build) / "system"
    top.mkdir(parents=True, exist_ok=True)
    with open(top / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def overlay(work, out, files):
    """A small archive: files maps a path in the root to bytes, to a file, or to a directory to copy."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    for name, source in files.items():
        target = work / name
        if isinstance(source, bytes):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source)
        elif source.is_dir():
            install_tree(source, target)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    for path in work.rglob("*"):
        path.chmod(0o755)
    cpio(work, out, 1)
    return out
