"""dmabench's JSON, on output captured from it."""

import json
import random
from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.model.result import Sample
from perfadvisor.model.units import Unit
from perfadvisor.tools import dmabench

FOLDER = Path(__file__).resolve().parent.parent / "data" / "dmabench"
DOCUMENTS = {path.name: json.loads(path.read_bytes()) for path in FOLDER.glob("*.json")}


def captured(data, name):
    return (data / "dmabench" / name).read_bytes()


def metrics(output):
    return {sample.metric: sample.value for sample in output.samples}


def test_bandwidth(data):
    document = json.loads(captured(data, "copy-4k.json"))
    output = dmabench.parse(captured(data, "copy-4k.json"))
    rate = document["bytes_per_s"]
    assert output.error == ""
    assert output.samples == (
        Sample(metric="copy.bytes_per_s", value=rate["median"], unit=Unit.BYTES_PER_SECOND, better="higher"),
    )
    expected = {
        "kernel": "copy",
        "page_size_bytes": 4096,
        "pages_got": "4 KiB",
        "cpu_node": 0,
        "memory_node": 0,
        "array_bytes": 32 << 20,
        "threads": 2,
        "instructions": "avx2",
        "non_temporal": True,
        "dmabench_version": "1",
        "best_bytes_per_s": rate["max"],
        "rounds": len(rate["values"]),
        "node_count": 1,
        "node_share": 1.0,
    }
    assert expected.items() <= dict(output.details).items()


def test_transparent_huge_pages(data):
    output = dmabench.parse(captured(data, "triad-thp.json"))
    assert list(metrics(output)) == ["triad.bytes_per_s"]
    assert (output.details["pages_got"], output.details["page_size_bytes"]) == ("2 MiB", 2**21)


def test_some_transparent_huge_pages_are_told(data):
    document = json.loads(captured(data, "triad-thp.json"))
    document["transparent_huge_bytes"] = round(document["mapped_bytes"] * 0.95)
    output = dmabench.parse(json.dumps(document).encode())
    assert output.details["pages_got"] == "2 MiB (95 % of the memory)"


def test_latency(data):
    document = json.loads(captured(data, "chase-4k.json"))
    (sample,) = dmabench.parse(captured(data, "chase-4k.json")).samples
    assert sample == Sample(metric="chase", value=document["load_ns"]["median"], unit=Unit.NANOSECONDS, better="lower")


def test_one_amount_of_one_kind(data):
    output = dmabench.parse(captured(data, "pin-4k.json"))
    result = json.loads(captured(data, "pin-4k.json"))["results"][0]
    assert metrics(output) == {"pin": result["pin_ns"]["median"], "unpin": result["unpin_ns"]["median"]}
    assert output.details["memory_bytes"] == 16 << 20
    assert output.details["pages_got"] == "4 KiB"


def test_several_amounts_and_kinds(data):
    output = dmabench.parse(captured(data, "pin.json"))
    kinds = [(cost, pages, size) for size in (16, 64) for pages in ("4k", "thp") for cost in ("pin", "unpin")]
    assert list(metrics(output)) == [f"{cost}.{pages}.{size}" for cost, pages, size in kinds]
    assert "pages_got" not in output.details, "the results differ in it"
    assert output.details["placement"] == "mbind"


def test_what_was_not_measured_says_why(data):
    output = dmabench.parse(captured(data, "no-huge-pages.json"), b"", 3)
    assert output.samples == ()
    assert output.error.startswith("needs 1 free pages of 1 GiB on node 0, 0 are there")
    assert "/dev/vfio/vfio cannot be opened" in dmabench.parse(captured(data, "no-vfio.json"), b"", 3).error


@pytest.mark.parametrize(
    ("stdout", "stderr", "code", "error"),
    [
        (b"", b"", -9, "dmabench printed no result and ended with -9"),
        (b"", b"\ndmabench copy: unknown option `--x`\nmore\n", 2, "dmabench copy: unknown option `--x`"),
        (b'{"dmabench": "1", "comm', b"", 0, "dmabench's output is incomplete: the JSON ends in the middle"),
        (b'{"other": 1}', b"", 0, "dmabench printed no result and ended with 0"),
        (b'{"dmabench": "1", "command": "copy"}', b"", 3, "dmabench measured nothing and did not say why"),
        (b'{"dmabench": "1", "command": "copy", "measured": true}', b"", 0, "dmabench printed no usable figure"),
        (
            b'{"dmabench": "1", "command": "pin", "measured": false,'
            b' "results": [{"reason": "no\\npages"}, {"reason": "no pages"}, {"reason": "tired"}]}',
            b"",
            3,
            "no pages; tired",
        ),
    ],
)
def test_failures(stdout, stderr, code, error):
    output = dmabench.parse(stdout, stderr, code)
    assert (output.samples, output.error) == ((), error)


def test_wrong_data_is_no_result(data):
    document = json.loads(captured(data, "copy-4k.json")) | {"verified": False, "wrong": 17}
    output = dmabench.parse(json.dumps(document).encode(), b"", 1)
    assert (output.samples, output.error) == ((), "dmabench found wrong data in memory: 17 values differ")


def test_a_figure_with_a_bad_end_is_no_result(data):
    assert dmabench.parse(captured(data, "copy-4k.json"), b"", -11).error == "dmabench ended with -11"


def test_the_edu_device(data):
    """In the emulated server: bytes that went through the IOMMU into the device and back."""
    output = dmabench.parse(captured(data, "edu.json"))
    assert metrics(output) == {"verified_bytes": 6 * 4032}
    assert output.details["device"] == "0000:81:00.0"
    document = json.loads(captured(data, "edu.json")) | {"verified": False}
    assert dmabench.parse(json.dumps(document).encode()).samples == ()


def test_mapping(data):
    """In the emulated server: larger pages map faster, and what was mapped is locked."""
    found = metrics(dmabench.parse(captured(data, "map.json")))
    assert found["map.2m.64"] < found["map.4k.64"]
    assert found["map.2m.256"] < found["map.4k.256"]
    assert [name for name in found if name.startswith("map.1g")] == ["map.1g.1024"], "64 and 256 MiB are one page each"
    one = dmabench.parse(captured(data, "map-2m.json"))
    assert list(metrics(one)) == ["map", "unmap", "pin", "unpin"]
    assert one.details["locked_bytes"] == one.details["memory_bytes"] == 16 << 20


def test_a_remote_node(data):
    output = dmabench.parse(captured(data, "copy-2m-remote.json"))
    assert (output.details["cpu_node"], output.details["memory_node"], output.details["node_count"]) == (1, 0, 2)
    assert output.details["pages_got"] == "2 MiB"


def survives(data):
    output = dmabench.parse(data)
    assert output.error or output.samples
    assert "\n" not in output.error
    assert all(0 < sample.value < 1e60 for sample in output.samples)
    json.dumps([dict(output.details), output.error], ensure_ascii=False).encode()


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_arbitrary_bytes(data):
    survives(data)


WEIRD = (
    None,
    True,
    -1,
    0,
    1e308,
    10**400,
    "",
    "nan",
    "9" * 50,
    [],
    {},
    [[]],
    {"median": -1},
    {"median": 1e300},
    {"median": 5, "values": 3},
    "\x00\ud800",
    [{"measured": True}],
    "copy",
    "pin",
    "thp",
)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_captured_output_with_weird_values(data_of_test):
    draw = data_of_test.draw
    names = sorted(DOCUMENTS)
    document = json.loads(json.dumps(DOCUMENTS[draw(st.sampled_from(names))]))
    for _ in range(draw(st.integers(1, 4))):
        place = document
        while isinstance(place.get("results"), list) and place["results"] and draw(st.booleans()):
            inner = place["results"][0]
            if not isinstance(inner, dict):
                break
            place = inner
        key = draw(st.sampled_from([*place, "results", "bytes", "command"]))
        place[key] = deepcopy(draw(st.sampled_from(WEIRD)))  # some are changed by the next round
    survives(json.dumps(document).encode())


@pytest.mark.parametrize("seed", range(10))
def test_captured_output_cut_and_damaged(data, seed):
    dice = random.Random(seed)
    for path in sorted((data / "dmabench").iterdir()):
        damage = bytearray(path.read_bytes())
        survives(bytes(damage[: dice.randrange(len(damage))]))
        place = dice.randrange(len(damage))
        damage[place : place + dice.randint(0, 20)] = dice.randbytes(dice.randint(0, 5))
        survives(bytes(damage))
