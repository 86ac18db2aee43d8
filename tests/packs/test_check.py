"""Checking a document: unknown keys with the nearest name, missing and wrong values with their place, all at once."""

import pytest
from pydantic import Field

from perfadvisor.packs.check import Strict, checked, read
from perfadvisor.packs.problems import PackError, collect
from perfadvisor.packs.yamltext import parse


class Part(Strict):
    name: str
    count: int = 0


class Whole(Strict):
    id: str
    share: float
    parts: list[Part] = Field(default_factory=list)


def complaints(text: bytes) -> list[str]:
    with pytest.raises(PackError) as caught:
        checked(parse(text, "w.yaml"), Whole)
    return [str(problem) for problem in caught.value.problems]


def test_a_good_document_is_the_model():
    whole = checked(parse(b"id: a\nshare: 1\nparts:\n- {name: b}\n", "w.yaml"), Whole)
    assert (whole.id, whole.share, whole.parts[0].name) == ("a", 1.0, "b")


def test_all_mistakes_with_their_places():
    assert complaints(b"idd: a\nshare: wide\nparts:\n- {name: 3, cout: 1}\n") == [
        "w.yaml:1:1: `id` is missing",
        "w.yaml:1:1: unknown key `idd` (did you mean `id`?)",
        "w.yaml:2:8: `share`: should be a valid number",
        "w.yaml:4:10: `parts.0.name`: should be a valid string",
        "w.yaml:4:13: unknown key `cout` (did you mean `count`?)",
    ]


def test_a_list_is_no_document():
    assert complaints(b"- 1\n")[0].startswith("w.yaml:1:1: ")


def test_problems_of_all_files_come_together(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"a: 1\na: 2\n")
    (tmp_path / "b.yaml").write_bytes(b"a: [\n")
    paths = [tmp_path / "a.yaml", tmp_path / "b.yaml", tmp_path / "c.yaml"]
    with pytest.raises(PackError) as caught:
        collect(read, paths)
    assert [problem.file for problem in caught.value.problems] == [str(path) for path in paths]
    assert "No such file" in str(caught.value.problems[2])
