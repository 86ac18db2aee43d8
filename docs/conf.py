"""Sphinx configuration; the reference of facts and rules is written from the code each time the pages are built."""

import re
import sys
from pathlib import Path

from click import Context
from sphinx.application import Sphinx

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import reference  # noqa: E402

from perfadvisor import __version__  # noqa: E402

project = "perfadvisor"
author = "the perfadvisor authors"
version = release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_click"]
html_theme = "furo"
html_title = "perfadvisor"
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
# A quoted script over several lines of a console is more than the lexer of consoles knows; it is shown all the same.
suppress_warnings = ["misc.highlighting_failure"]

reference.write(HERE / "reference")


def setup(app: Sphinx) -> None:
    """Let the asterisks of patterns in help texts (`storage/*`) stand for themselves."""
    for part in ("description", "options", "arguments"):
        app.connect(f"sphinx-click-process-{part}", escaped)


def escaped(_app: Sphinx, _context: Context, lines: list[str]) -> None:
    """Two asterisks are sphinx-click's own markup."""
    lines[:] = [re.sub(r"(?<!\*)\*(?!\*)", r"\\*", line) for line in lines]
