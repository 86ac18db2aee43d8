"""What the benchmarks of languages write, as sides of a gate: one value a fresh run."""

import json
from pathlib import Path

import pytest

from perfadvisor.errors import InputError
from perfadvisor.gating.rows import read_side

GO = """goos: linux
goarch: amd64
pkg: example.org/y
BenchmarkParse/small-8   \t  100\t  1200.5 ns/op\t  83.30 MB/s\t 16 B/op\t 2 allocs/op
BenchmarkParse/small-8   \t  100\t  1300 ns/op\t  80.00 MB/s\t 16 B/op\t 2 allocs/op
PASS
ok  \texample.org/y\t2.1s
"""
HYPERFINE = {"results": [{"command": "x", "mean": 1, "times": [1.0, 1.1, 9.0], "exit_codes": [0, 0, 1]}]}
PYTEST = {
    "machine_info": {},
    "benchmarks": [{"name": "t", "fullname": "a.py::t", "stats": {"median": 0.5, "mean": 0.6, "rounds": 9}}],
}
GOOGLE = {
    "context": {"num_cpus": 4},
    "benchmarks": [
        {"name": "BM/8", "run_name": "BM/8", "run_type": "iteration", "real_time": 10.0, "time_unit": "ns"},
        {"name": "BM/8", "run_name": "BM/8", "run_type": "iteration", "real_time": 30.0, "time_unit": "ns"},
        {"name": "BM/8_median", "run_name": "BM/8", "aggregate_name": "median", "real_time": 20.0, "time_unit": "ns"},
        {"name": "BM/8_stddev", "run_name": "BM/8", "aggregate_name": "stddev", "real_time": 14.0, "time_unit": "ns"},
        {"name": "once", "run_name": "once", "run_type": "iteration", "real_time": 7.0, "time_unit": "ms"},
    ],
}
CUSTOM = [{"name": "a", "unit": "ms", "value": 5}, {"name": "b", "unit": "ops/s", "value": 7.5}]


def runs(folder: Path, content: object) -> dict:
    path = folder / "x"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return {key: (one.values, one.unit, one.better) for key, one in read_side(path).runs.items()}


def test_go(tmp_path: Path) -> None:
    found = runs(tmp_path, GO)
    assert found["Parse/small", "ns/op"] == ((1200.5, 1300.0), "ns/op", "lower")
    assert found["Parse/small", "MB/s"] == ((83.3, 80.0), "MB/s", "higher")
    assert found["Parse/small", "allocs/op"] == ((2.0, 2.0), "allocs/op", "lower")


@pytest.mark.parametrize(
    ("document", "wanted"),
    [
        (HYPERFINE, {("x", "time"): ((1.0, 1.1), "s", "lower")}),
        (PYTEST, {("a.py::t", "time"): ((0.5,), "s", "lower")}),
        (
            GOOGLE,
            {("BM/8", "real_time"): ((20.0,), "ns", "lower"), ("once", "real_time"): ((7.0,), "ms", "lower")},
        ),
        (CUSTOM, {("a", "value"): ((5.0,), "ms", "lower"), ("b", "value"): ((7.5,), "ops/s", "higher")}),
    ],
)
def test_json(tmp_path: Path, document: object, wanted: dict) -> None:
    assert runs(tmp_path, document) == wanted


@pytest.mark.parametrize("content", ["goos: linux\nPASS\n", '{"machine_info": {}, "benchmarks": []}', "{}", "[1]", "{"])
def test_a_file_without_a_result_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError):
        runs(tmp_path, content)


def test_what_only_looks_like_a_number_of_go_is_no_result(tmp_path: Path) -> None:
    found = runs(tmp_path, GO + "BenchmarkParse/small-8   \t  100\t  12-1 ns/op\n")
    assert found["Parse/small", "ns/op"] == ((1200.5, 1300.0), "ns/op", "lower")


@pytest.mark.parametrize(
    "content",
    [HYPERFINE | {"results": [{"command": "x", "times": [10**400]}]}, [{"name": "a", "unit": "ms", "value": 10**400}]],
)
def test_an_integer_that_no_float_holds_is_no_value(tmp_path: Path, content: object) -> None:
    with pytest.raises(InputError):
        runs(tmp_path, content)
