# SPDX-License-Identifier: CC-BY-4.0
"""Sphinx configuration of Stake's documentation.  `make docs` builds it; warnings are errors.

Diagrams are text (mermaid).  In HTML the reader's browser draws them, with the script that docs/mermaid.sh has put
into the directory MERMAID_JS names (else docs/_mermaid): the pages need no network.  Without it (a build without npm)
the script comes from its makers' site.  Formats without a browser have them drawn while building, by the mermaid CLI.
"""
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

project = "Stake"
author = "the Stake engineers"
copyright = "the Stake engineers, CC-BY-4.0"
version = release = "0.1"

extensions = ["sphinxcontrib.mermaid", "doors"]
master_doc = "index"
exclude_patterns = ["_build", "_mermaid"]
nitpicky = True
smartquotes = False  # it would make a dash of the two in --json
primary_domain = "c"
highlight_language = "none"
# What a program says, letter by letter; "…" stands for what differs.  A test looks each up in the sources.
rst_prolog = ".. role:: says(literal)\n"

html_theme = "sphinx_rtd_theme"
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["stake.css"]

mermaid_init_js = "mermaid.initialize({ startOnLoad: true, theme: 'neutral' });"
mermaid_params = ["-p", str(HERE / "puppeteer.json"), "--theme", "neutral", "--pdfFit"]
mermaid_js = Path(os.environ.get("MERMAID_JS") or HERE / "_mermaid")
if mermaid_js.is_dir():
    mermaid_version = ""
    html_static_path.append(str(mermaid_js))
    html_js_files = ["mermaid.min.js"]
else:
    mermaid_version = "11.4.1"

latex_documents = [("index", "stake.tex", "Stake", author, "manual")]
latex_elements = {"preamble": r"\DeclareUnicodeCharacter{2026}{\dots}"}
epub_show_urls = "no"
suppress_warnings = ["epub.unknown_project_files"]

man_pages = [("man/xl", "xl", "manage guests and the host", author, 1),
             ("man/xl.conf", "xl.conf", "what holds for all of xl", author, 5),
             ("man/xl.cfg", "xl.cfg", "a guest, as xl create reads it", author, 5),
             ("man/xlcpupool.cfg", "xlcpupool.cfg", "a pool of CPUs, as xl cpupool-create reads it", author, 5)]


def setup(app):
    def drawn_where_no_browser_is(app):
        if app.builder.name == "epub":
            app.config.mermaid_output_format = "png"
    app.connect("builder-inited", drawn_where_no_browser_is)
