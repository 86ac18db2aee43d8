"""One mutant after the other in a copy of the project; a process for each runs the tests until one fails.

Python itself, pytest and the libraries are loaded once and inherited by fork(2), which is what makes this fast enough.
"""

import contextlib
import importlib
import io
import os
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.mutate import Mutant

REPOSITORY = Path(__file__).resolve().parents[2]
COPIED = ("perfadvisor", "tests", "rules", "workloads", "reports", "templates", "pyproject.toml")
LIBRARIES = ("pytest", "hypothesis", "numpy", "pandas", "scipy.stats", "pydantic", "ruamel.yaml", "click", "jinja2")
SLOWER = 6.0  # times the tests' own duration: then a mutant that makes them hang is taken for killed
SPARE_S = 10.0
OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "-m", "not (slow or shared)", "-o", "filterwarnings=")
KILLED, SURVIVED, HUNG = "killed", "survived", "hung"


@dataclass(frozen=True)
class Verdict:
    """What became of one mutant."""

    module: str
    mutant: Mutant
    state: str


@contextmanager
def copy_of_project() -> Iterator[Path]:
    """A copy to put faults into, with the process inside it."""
    for library in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(library)
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        place = Path(name) / "project"
        place.mkdir()
        for part in COPIED:
            source = REPOSITORY / part
            if source.is_dir():
                shutil.copytree(source, place / part, ignore=shutil.ignore_patterns("__pycache__"))
            elif source.exists():
                shutil.copy(source, place / part)
        os.chdir(place)
        os.environ["PYTHONPATH"] = str(place)
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        yield place


def verdicts(place: Path, module: str, tests: Sequence[str], chosen: Iterable[Mutant]) -> Iterator[Verdict]:
    """The verdict on each mutant. AssertionError where the tests fail without any."""
    present = [test for test in tests if (place / test).exists()]
    started = time.monotonic()
    assert _passes(place, present, 600.0) == SURVIVED, f"the tests of {module} fail by themselves: {present}"
    limit_s = SPARE_S + SLOWER * (time.monotonic() - started)
    original = (place / module).read_text()
    for mutant in chosen:
        (place / module).write_text(mutant.source)
        try:
            yield Verdict(module, mutant, _passes(place, present, limit_s))
        finally:
            (place / module).write_text(original)


def _passes(place: Path, tests: Sequence[str], limit_s: float) -> str:
    child = os.fork()
    if not child:
        os.setsid()
        os._exit(_pytest(place, tests))
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return SURVIVED if os.waitstatus_to_exitcode(status) == 0 else KILLED
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return HUNG


def _pytest(place: Path, tests: Sequence[str]) -> int:
    import pytest

    for name in [name for name in sys.modules if name.split(".")[0] in ("perfadvisor", "tests")]:
        del sys.modules[name]
    sys.path.insert(0, str(place))
    sink = io.StringIO()
    warnings.simplefilter("ignore")  # pytest would say that it cannot rewrite what is loaded already
    with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink):
        return int(pytest.main([*OPTIONS, *tests]))
