"""A short go of the fuzzing of readers and of machines; `python -m benchmarks.fuzz` goes on for as long as wanted."""

import random
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import fuzz_results
from benchmarks.fuzz import fuzz_readers, fuzz_trees, input_case, machine_case
from benchmarks.fuzz_readers import readers
from benchmarks.mutation import mutated
from perfadvisor.errors import PerfAdvisorError


@pytest.mark.parametrize("name", sorted(readers()))
def test_every_reader_reads_what_is_sound(name) -> None:
    """Else its mutations would test nothing but the first check."""
    reader = readers()[name]
    refused = []
    for data in reader.small:
        try:
            reader.read(data)
        except PerfAdvisorError as error:
            refused.append(error.message)
    assert len(refused) < len(reader.small), refused[:3]


def test_mutations_are_the_same_for_the_same_seed() -> None:
    samples = [reader.small[0] for reader in readers().values()]
    one, again = (mutated(samples[0], random.Random(5), samples) for _ in range(2))
    assert one == again != samples[0]
    assert input_case(77, 5)[:2] == input_case(77, 5)[:2] != input_case(78, 5)[:2]
    assert machine_case(3, 5)[1] == machine_case(3, 5)[1]


def test_mutated_inputs_are_read_or_refused_in_time() -> None:
    done = fuzz_readers(1_500, seed=7)
    assert done.failures == []
    assert min(done.counts["read"], done.counts["refused"]) > 200
    assert done.by_name.keys() > readers().keys() - {"rule", "workload", "suite"}


def test_mutated_machines_are_judged_and_shown() -> None:
    done = fuzz_trees(40, seed=7)
    assert done.failures == []
    assert done.counts["read"] == 40


def test_batches_are_summed_up(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    for seed in (1, 2):
        counts = Counter(read=3, refused=2, failed=seed - 1)
        fuzz_results.append(file, fuzz_results.row("inputs", seed, counts, {"fio": 5}, 0.5 * seed, 1.0, 60.0))
    told = fuzz_results.total(file)
    assert "| inputs | 2 | 11 | 6 | 4 | 1 | 0 | 1.00 | 60 |" in told
    assert "inputs by reader: fio 10" in told
