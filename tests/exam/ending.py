"""An exam that is told to end takes everything away first, however often it is told.

`timeout` tells twice, the process and its group, and a closed terminal the whole session."""

import contextlib
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import TypeVar

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
T = TypeVar("T")


@contextlib.contextmanager
def ended_by_the_first() -> Iterator[None]:
    """The first of these signals raises KeyboardInterrupt; those after it are ignored, here and in what undoes."""

    def end(_number: int, _frame: object) -> None:
        for one in SIGNALS:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {one: signal.signal(one, end) for one in SIGNALS}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextlib.contextmanager
def taken_away_in_peace(stage: AbstractContextManager[T]) -> Iterator[T]:
    """The same, with signals waiting while it is left: here, whichever thread gets them, and in what undoes."""
    waiting: list[int] = []
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    handlers = {one: signal.getsignal(one) for one in SIGNALS}
    try:
        with stage as entered:
            try:
                yield entered
            finally:
                signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
                handlers = {one: signal.signal(one, lambda number, _: waiting.append(number)) for one in SIGNALS}
    finally:
        for one, handler in handlers.items():
            signal.signal(one, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number in waiting[:1]:
            signal.raise_signal(number)
