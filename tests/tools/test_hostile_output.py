"""No bytes, and no damage to real output, make a parser fail in any other way than by its `error`."""

import json
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.model.fact import Absent, Fact
from perfadvisor.tools import facts_of_output, fio, fio_facts, iperf3, iperf3_facts

PARSERS = (fio.parse, iperf3.parse)
FACTS = (fio_facts.facts, iperf3_facts.facts, facts_of_output.facts)
NUMBERS = (None, True, -1, 0, 1e308, -1e308, 10**30, 10**400)
WEIRD = (*NUMBERS, "", "x", "nan", "9" * 50, [], {}, [[]], {"a": {}}, "\x00\ud800", "a\nb")


def survives(data):
    for parse in PARSERS:
        output = parse(data, b"", 0)
        assert output.error or output.samples or output.details
        assert "\n" not in output.error
        for sample in output.samples:
            assert sample.value == sample.value and abs(sample.value) < 1e60
        json.dumps(dict(output.details), ensure_ascii=False).encode()
    for read in FACTS:
        found = list(read(data))
        assert all(isinstance(fact, Fact | Absent) for fact in found)
        "".join(f"{fact.subject}{fact.value}" for fact in found if isinstance(fact, Fact)).encode()


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_arbitrary_bytes(data):
    survives(data)


JSON = st.recursive(
    st.sampled_from(WEIRD) | st.integers() | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                (
                    "jobs",
                    "read",
                    "clat_ns",
                    "clat",
                    "percentile",
                    "bins",
                    "iodepth_level",
                    "job options",
                    "disk_util",
                    "start",
                    "end",
                    "intervals",
                    "sum_sent",
                    "sum_received",
                    "streams",
                    "sender",
                    "rtt",
                    "test_start",
                    "bs",
                )
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@settings(max_examples=100, deadline=None)
@given(JSON, JSON)
def test_arbitrary_documents(jobs, end):
    survives(json.dumps({"fio version": jobs, "jobs": jobs if isinstance(jobs, list) else [jobs]}).encode())
    start = {"version": "iperf 3.12", "test_start": jobs}
    survives(json.dumps({"start": start, "end": end, "intervals": jobs}).encode())


def damaged(document, dice):
    """The document with one value anywhere in it replaced, or one key dropped."""
    here = document
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        if not keys:
            return document
        key = dice.choice(keys)
        if isinstance(here[key], dict | list) and dice.random() < 0.8:
            here = here[key]
            continue
        if dice.random() < 0.2:
            del here[key]
        else:
            here[key] = dice.choice(WEIRD)
        return document


def real_files(data):
    return sorted(path for folder in ("fio", "iperf3") for path in (data / folder).iterdir())


@pytest.mark.parametrize("seed", range(20))
def test_real_documents_with_weird_values(data, seed):
    dice = random.Random(seed)
    for path in real_files(data):
        try:
            document = json.loads(path.read_bytes())
        except ValueError:
            continue
        for _ in range(3):
            document = damaged(document, dice)
        survives(json.dumps(document).encode())


@pytest.mark.parametrize("seed", range(20))
def test_real_files_with_damaged_bytes(data, seed):
    dice = random.Random(seed)
    for path in real_files(data):
        damage = bytearray(path.read_bytes())
        for _ in range(dice.randint(1, 5)):
            place = dice.randrange(len(damage))
            damage[place : place + dice.randint(0, 20)] = dice.randbytes(dice.randint(0, 5))
        survives(bytes(damage))


@pytest.mark.shared
def test_real_machines_files_cut_anywhere(shared_data):
    dice = random.Random(1)
    files = [path for name in ("fio", "iperf") for path in sorted((shared_data / "machines" / name).glob("*.json"))]
    assert files
    for path in files:
        whole = path.read_bytes()
        for _ in range(3):
            survives(whole[: dice.randrange(len(whole))])


def test_a_large_file_of_another_kind_is_not_read(monkeypatch):
    monkeypatch.setattr(facts_of_output, "MAX_BYTES", 10)
    assert facts_of_output.recognise(b'{"fio version": "fio-3.33"}') is None


def test_many_broken_documents_take_no_long_time():
    started = time.process_time()
    survives(b'{"\n' * 20_000)
    survives(b'{"a": [1, 2, \n' * 20_000)
    assert time.process_time() - started < 10  # a second; minutes where every one is looked for to the end
