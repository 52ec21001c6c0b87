# SPDX-License-Identifier: GPL-2.0-only
"""Every example in C compiles against our headers without a warning, every one in OCaml type-checks against the
bindings, JSON parses, and shell scripts are well-formed."""
import json
import subprocess

from pages import ROOT, code


def compiler(build):
    libs = [f"-I{d}" for d in sorted((ROOT / "tools/libs").glob("*/include"))]
    return ["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c", *libs,
            f"-I{build}/tools/public", f"-I{build}/tools/gen/light", "-"]


def said(argv, text):
    r = subprocess.run(argv, input=text, capture_output=True, text=True)
    return "" if r.returncode == 0 else (r.stdout + r.stderr) or f"status {r.returncode}"


def ocaml(build, block, number):
    source = build / f"tests/docs/ocaml/example_{number}.ml"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(f'# {block.line} "{block.page.name}"\n{block.text}')
    return said(["ocamlfind", "ocamlc", "-c", "-w", "+a-70", "-warn-error", "+a", "-I", f"{build}/tools/ocaml", str(source)], "")


def json_problem(text):
    try:
        json.loads(text)
    except ValueError as e:
        return str(e)
    return ""


def check(build):
    for block in code("c"):
        yield block.where, said(compiler(build), f'#line {block.line} "{block.page.name}"\n{block.text}')
    for number, block in enumerate(code("ocaml")):
        yield block.where, ocaml(build, block, number)
    for block in code("json"):
        yield block.where, json_problem(block.text)
    for block in code("sh"):
        yield block.where, said(["bash", "-n"], block.text)
