"""Sphinx configuration; the reference of facts and rules is written from the code each time the pages are built."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import reference  # noqa: E402

from perfadvisor import __version__  # noqa: E402

project = "perfadvisor"
author = "the perfadvisor authors"
version = release = __version__
extensions = ["myst_parser", "sphinx_click"]
html_theme = "furo"
html_title = "perfadvisor"
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
suppress_warnings = ["myst.xref_missing"]

reference.write(HERE / "reference")
