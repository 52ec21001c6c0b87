# SPDX-License-Identifier: GPL-2.0-only
"""What the pages, the README and MAINTAINERS call by a name of the tree is there: files, make targets, test names,
functions and structures."""
import re

from pages import ROOT, pages

TREE = re.compile(r"``((?:xen|tools|docs|config|arch|common|drivers|include)/[\w./*-]+)``")
MAKE = re.compile(r"``make ([a-z][\w-]*)")
NAMES_OF_TESTS = {"claims-tests.rst", "runstates-tests.rst"}  # a notation of its own, which the unit tests' build checks
WITH_TEST = re.compile(r"``make test-(unit|guest|system|docs) T=([a-z][\w.-]*)")
FUNCTION = re.compile(r"``(\w+)\(\)``")
STRUCT = re.compile(r"``struct (\w+)``")


def identifiers():
    """Every word of the sources."""
    words = set()
    for path in [*(ROOT / "xen").rglob("*.[chS]"), *(ROOT / "tools").rglob("*.[ch]")]:
        words.update(re.findall(r"\w+", path.read_text()))
    return words


def found(path):
    """Pages about the hypervisor leave out xen/."""
    return any(list(ROOT.glob(prefix + path.rstrip("/"))) for prefix in ("", "xen/"))


def test_found(layer, name):
    tests = ROOT / "tools/tests" / layer
    if layer == "unit":
        return any(f"{name.split('.')[0]}" in f.stem for f in tests.glob("test_*.c"))
    if layer == "system":
        return (tests / f"scenarios/{name}.sh").is_file()
    return (tests / name).is_dir() or (tests / f"{name}.py").is_file() or f'"{name}"' in (tests / "matrix.py").read_text()


def check(build):
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M))
    words = identifiers()
    for page in [*pages(), ROOT / "README"]:
        text, name = page.read_text(), page.relative_to(ROOT)
        for path in sorted(set(TREE.findall(text)) if page.name not in NAMES_OF_TESTS else ()):
            yield f"{name}: {path}", "" if found(path) else "is not in the tree"
        for target in sorted(set(MAKE.findall(text.replace("`make", "``make")))):
            yield f"{name}: make {target}", "" if target in targets else "is no target of the Makefile"
        for layer, test in sorted(set(WITH_TEST.findall(text))):
            yield f"{name}: test {layer}/{test}", "" if test_found(layer, test) else "is no test"
        for identifier in sorted(set(FUNCTION.findall(text) + STRUCT.findall(text))):
            yield f"{name}: {identifier}", "" if identifier in words else "is in no source"
    for path in re.findall(r"^[FD]:  (\S+)$", (ROOT / "MAINTAINERS").read_text(), re.M):
        yield f"MAINTAINERS: {path}", "" if (ROOT / path).exists() else "is not in the tree"
