"""What the kernel counts of a network trial's connections, read once at each of its ends shortly before it is over."""

import contextlib
from collections.abc import Iterator

from perfadvisor.errors import MeasureError
from perfadvisor.facts.text.net import ss
from perfadvisor.facts.trial import sockets
from perfadvisor.model.workload import Trial
from perfadvisor.runner.stage import TrialSetup
from perfadvisor.targets.base import Command
from perfadvisor.targets.here.process import LocalServer, serve

MOMENT = 0.8  # of the measured time: late enough to hold nearly all of it, early enough to find the connections
SCRIPT = 'sleep "$1" && exec ss -tin "( sport = :$2 or dport = :$2 )"'


class Ends:
    """The readings of both ends, which are there once the trial is over."""

    def __init__(self, readers: tuple[LocalServer, ...]) -> None:
        self._readers = readers

    def read(self) -> tuple[bytes, ...]:
        """What `ss -ti` printed at each end that is on this machine; empty where it is not installed."""
        return tuple(reader.stop().stdout for reader in self._readers)


@contextlib.contextmanager
def watched(trial: Trial, setting: TrialSetup) -> Iterator[Ends]:
    """Reads in the namespaces of the ends, where these are ours."""
    seconds = trial.warmup_s + MOMENT * trial.runtime_s
    argv = ("sh", "-c", SCRIPT, "sh", f"{seconds:.2f}", str(setting.context.port))
    prefixes = dict.fromkeys((setting.client, setting.server))  # one reading where both are in one namespace
    with contextlib.ExitStack() as undo:
        readers = []
        for prefix in prefixes:
            with contextlib.suppress(MeasureError, OSError):  # without it these facts are unknown
                readers.append(serve(Command(argv=(*prefix, *argv), timeout_s=seconds + 10)))
                undo.callback(readers[-1].stop)
        yield Ends(tuple(readers))


def deltas(ends: tuple[bytes, ...]) -> dict[str, float]:
    """What held the sending end back, as `TrialResult.deltas` holds it."""
    return sockets.deltas([tuple(ss.facts(end)) for end in ends])
