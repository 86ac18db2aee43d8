"""The comparison itself: what it calls a difference, and what it leaves out."""

from types import SimpleNamespace

import pytest

from perfadvisor.model.fact import Fact, FactTable

EXPECTATIONS = ()
LEAVES = (
    ("count", "x.count"),
    ("share", "x.share"),
    ("nodes/*/kb", "node.bytes", "{0}", lambda size: size // 1024),
    ("names", lambda reading, keys, expected: ["a", "b"]),
)
UNCOMPARED = (("note", "prose"),)
DISAGREED = {("one.json", "count"): "it is wrong there"}
READING = FactTable(
    [
        Fact(name="x.count", value=3, source=""),
        Fact(name="x.share", value=0.1 + 0.2, source=""),
        Fact(name="node.bytes", subject="0", value=2048, source=""),
    ]
)


def expectation(name="two.json", **leaves):
    parts = {path: tuple(path.split("__")) for path in leaves}
    held = [SimpleNamespace(parts=parts[p], path="/".join(parts[p]), value=value) for p, value in leaves.items()]
    return SimpleNamespace(name=name, leaves=held)


@pytest.mark.parametrize(
    "leaves",
    [
        {"count": 3},
        {"share": 0.3},
        {"nodes__0__kb": 2},
        {"nodes__1__kb": None},
        {"names": ["a", "b"]},
        {"note": "anything"},
        {"forgotten": "anything"},
    ],
)
def test_agrees(differences, leaves):
    assert differences(expectation(**leaves), READING) == []


@pytest.mark.parametrize(
    "leaves",
    [
        {"count": 4},
        {"count": None},
        {"count": "3"},
        {"count": True},
        {"share": 0.31},
        {"nodes__0__kb": 3},
        {"nodes__1__kb": 0},
        {"names": ["b", "a"]},
        {"names": ["a"]},
    ],
)
def test_differs(differences, leaves):
    assert len(differences(expectation(**leaves), READING)) == 1


def test_a_leaf_disagreed_with_is_left_out_in_its_file_alone(differences):
    assert differences(expectation("one.json", count=4), READING) == []
    assert differences(expectation("two.json", count=4), READING) != []
