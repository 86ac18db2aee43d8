"""Batches judged by processes of this machine, or by a Dask cluster.

Local workers talk over TLS with a key made for this one use: a scheduler runs whatever it is sent, and any user of this
machine can reach its port.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from perfadvisor.errors import InputError
from perfadvisor.extras import how_to_add

if TYPE_CHECKING:
    from distributed import Client

A = TypeVar("A")
B = TypeVar("B")
AHEAD = 3  # batches in flight for each worker: results are written as they come, so memory stays flat
CONNECT_S = 15
# No page of the scheduler or a worker is served; what they log is for people who look after clusters.
CONFIG = {
    "distributed.comm.timeouts.connect": f"{CONNECT_S}s",
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "logging.distributed": "critical",
    "distributed.worker.profile.enabled": False,  # looks at the stack a hundred times a second
}


@contextmanager
def client(scheduler: str, processes: int) -> "Iterator[Client]":
    """A cluster: the one at `scheduler`, or local processes that end with this one."""
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise InputError(f"judging with several processes needs Dask: {error}", how_to_add("fleet")) from None
    with dask.config.set(CONFIG):
        if not scheduler:
            with (
                LocalCluster(
                    n_workers=processes,
                    threads_per_worker=1,
                    security=True,
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                ) as cluster,
                Client(cluster) as connected,
            ):
                yield connected
            return
        try:
            connected = Client(scheduler, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise InputError(f"--scheduler {scheduler}: {error}", "check its address, and that it runs") from None
        with connected:
            yield connected


def spread(
    connected: "Client", work: Callable[[A], B], batches: Iterable[A], again: Callable[[A], Sequence[A]]
) -> Iterator[tuple[A, B | None]]:
    """Each batch with what `work` made of it, in the order of completion. A batch whose worker was killed again and
    again is split by `again`; one that cannot be split is tried alone at last, because the worker may have been killed
    by another one that waited there, and comes back with None."""
    from distributed import KilledWorker, as_completed

    waiting, suspects = iter(batches), list[A]()
    flight = AHEAD * max(1, len(connected.scheduler_info()["workers"]))
    sent = {connected.submit(work, one, pure=False): one for one in islice(waiting, flight)}
    done = as_completed(list(sent), loop=connected.loop)
    for future in done:
        batch = sent.pop(future)
        try:
            yield batch, future.result()
            more: Sequence[A] = list(islice(waiting, 1))
        except KilledWorker:
            more = again(batch)
            if not more:
                suspects.append(batch)
                more = list(islice(waiting, 1))
        for one in more:
            next_future = connected.submit(work, one, pure=False)
            sent[next_future] = one
            done.add(next_future)
        future.release()
    for batch in suspects:
        try:
            yield batch, connected.submit(work, batch, pure=False).result()
        except KilledWorker:
            yield batch, None
