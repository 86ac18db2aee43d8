"""The page's templates, and the one function that every text of a machine passes on its way into a page."""

import shlex
from base64 import b64encode
from contextlib import suppress
from functools import cache
from hashlib import sha256
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from perfadvisor import formatting
from perfadvisor.packs.kept import directory
from perfadvisor.packs.locate import shipped
from perfadvisor.plaintext import visible
from perfadvisor.targets.here.private import made


@cache
def templates() -> Environment:
    """The environment of `reports/`: what is printed is cleaned by `visible`, then escaped; our own files go in as
    they are. Compiled templates are kept where no other user can write."""
    environment = Environment(
        loader=FileSystemLoader(shipped("reports")),
        autoescape=True,  # select_autoescape() leaves .html.j2 alone
        finalize=_cleaned,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_compiled(),
    )
    environment.globals.update(verbatim=verbatim, hashed=hashed)
    environment.filters.update(
        quantity=lambda estimate: formatting.quantity(estimate.median, estimate.unit),
        written=formatting.fact_text,
        measured=formatting.quantity,
        raw=formatting.raw,
        when=formatting.when,
        count=formatting.count_of,
        figure=formatting.figure,
        sample_map=lambda samples: {sample.metric: sample for sample in samples},
        shell=shlex.join,
        capital=lambda text: text[:1].upper() + text[1:],
    )
    return environment


class _Compiled(FileSystemBytecodeCache):
    """A cache can only save time: a full disk or a damaged file means compiling again."""

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except Exception:
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def _compiled() -> _Compiled | None:
    place = made(directory("templates"))  # what lies there is code
    return _Compiled(str(place)) if place else None


def _cleaned(value: Any) -> Any:  # noqa: ANN401 - whatever a template prints
    """Markup is what a macro made of cleaned text, or a file of ours. Anything but a number is printed as its text."""
    return value if isinstance(value, Markup | int | float) or value is None else visible(str(value))


@cache
def verbatim(name: str) -> Markup:
    """A file of `reports/`, as it is."""
    return Markup((shipped("reports") / name).read_text("utf-8"))  # noqa: S704 - our file


def hashed(*names: str) -> str:
    """The sources of a Content-Security-Policy that allow these files as inline elements, and no others (CSP Level 3,
    section 2.3.1). "" stands for an empty element: plotly makes one and fills it rule by rule."""
    digests = (sha256(verbatim(name).encode() if name else b"").digest() for name in names)
    return " ".join(f"'sha256-{b64encode(digest).decode()}'" for digest in digests)
