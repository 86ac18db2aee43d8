"""Every reader with broken inputs: what they may say is one clear error, within two seconds and half a gigabyte."""

import contextlib
import random
import resource
import signal
import time
from collections.abc import Callable, Iterator

from benchmarks import fuzz
from perfadvisor.errors import PerfAdvisorError
from tests.torture.report import Report

LONGEST_S, MOST_GROWTH_BYTES = 2.0, 400 << 20  # above what the process had before, which may be a whole test session
HUNG_S = 20


def feed(chance: random.Random, number: int, report: Report) -> None:
    """One broken input to one reader."""
    name, data, read = fuzz.input_case(chance.randrange(1 << 31), report.seed)
    started, held = time.process_time(), _peak_bytes()
    problem = _wrong(read)
    took = time.process_time() - started
    report.count("broken", name)
    if took > LONGEST_S:
        problem = problem or f"took {took:.1f} s of CPU"
    if _peak_bytes() - held > MOST_GROWTH_BYTES:
        problem = problem or f"the process grew by more than {MOST_GROWTH_BYTES >> 20} MiB"
    if problem:
        report.fail(f"{name}: {problem}", number, {"input": data}, reader=name)


def _peak_bytes() -> int:
    """The most memory that this process has held so far (getrusage(2): ru_maxrss in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _wrong(read: Callable[[], object]) -> str:
    with _alarm():
        try:
            read()
        except PerfAdvisorError:
            return ""
        except Exception as error:
            return f"{type(error).__name__}: {error}"[:300]
    return ""


@contextlib.contextmanager
def _alarm() -> Iterator[None]:
    def ring(*_: object) -> None:
        raise TimeoutError(f"hung for {HUNG_S} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(HUNG_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
