# SPDX-License-Identifier: CC-BY-4.0
"""Sphinx configuration of Stake's documentation.  `make docs` builds it; warnings are errors."""

project = "Stake"
author = "the Stake engineers"
copyright = "the Stake engineers, CC-BY-4.0"
version = release = "0.1"

extensions = ["sphinxcontrib.mermaid"]
mermaid_init_js = "mermaid.initialize({ startOnLoad: true, theme: 'neutral' });"

master_doc = "index"
exclude_patterns = ["_build"]
nitpicky = True
primary_domain = "c"
highlight_language = "none"

html_theme = "sphinx_rtd_theme"
html_show_sourcelink = False

latex_documents = [("index", "stake.tex", "Stake", author, "manual")]
epub_show_urls = "no"

_man = [("xl", "xl", "manage guests and the host", 1),
        ("xl.conf", "xl.conf", "what holds for all of xl", 5),
        ("xl.cfg", "xl.cfg", "a guest, as xl create reads it", 5)]
import os
man_pages = [("man/" + source, name, text, author, section)
             for source, name, text, section in _man
             if os.path.exists(os.path.join(os.path.dirname(__file__), "man", source + ".rst"))]
