"""A short go of the fuzzing of readers and of machines; `python -m benchmarks.fuzz` goes on for as long as wanted."""

import random

from benchmarks.fuzz import fuzz_readers, fuzz_trees, mutated
from benchmarks.fuzz_readers import READERS, seeds


def test_every_reader_has_sound_inputs_and_reads_them() -> None:
    found = seeds()
    assert {"archive", "text", "fio", "iperf3", "dmabench", "gate.csv", "points.csv"} <= {name for name, _ in found}
    for name, data in found:
        READERS[name](data)


def test_mutations_are_the_same_for_the_same_seed() -> None:
    files = [data for _, data in seeds()]
    one, again = (mutated(files[0], random.Random(5), files) for _ in range(2))
    assert one == again != files[0]


def test_mutated_inputs_are_read_or_refused_in_time() -> None:
    done = fuzz_readers(1_200, seed=7)
    assert done.failures == []
    assert min(done.counts["read"], done.counts["refused"]) > 50


def test_mutated_machines_are_judged_and_shown() -> None:
    done = fuzz_trees(16, seed=7)
    assert done.failures == []
    assert done.counts["read"] == 16
