"""Old formats are upgraded step by step; new ones ask for a new perfadvisor; anything else is none of ours."""

from typing import Any

import pytest

from perfadvisor.errors import InputError
from perfadvisor.upgrading import Document, Format

STEPS = {
    1: lambda old: {**old, "seconds": old["ms"] / 1000},
    2: lambda old: {key: value for key, value in old.items() if key != "ms"},
}
FORMAT = Format(kind="file of tests", version=3, steps=STEPS)


@pytest.mark.parametrize(
    "old",
    [
        {"schema_version": 1, "ms": 500},
        {"schema_version": 2, "ms": 500, "seconds": 0.5},
        {"schema_version": 3, "seconds": 0.5},
    ],
)
def test_every_version_becomes_the_newest(old: Document) -> None:
    before = dict(old)
    assert FORMAT.today(old, "x.json") == {"schema_version": 3, "seconds": 0.5}
    assert old == before


def test_a_newer_version_asks_for_a_newer_perfadvisor() -> None:
    with pytest.raises(InputError, match=r"x.json: schema_version is 4, .* up to 3") as caught:
        FORMAT.today({"schema_version": 4}, "x.json")
    assert caught.value.hint == "upgrade perfadvisor"


@pytest.mark.parametrize("document", [None, [], 3, {}, {"schema_version": "1"}, {"schema_version": True}])
def test_what_has_no_version_is_none_of_ours(document: Any) -> None:
    with pytest.raises(InputError) as caught:
        FORMAT.today(document, "x.json")
    assert caught.value.hint == "this is not a file of tests"


@pytest.mark.parametrize("version", [0, -1])
def test_a_version_that_never_was_is_refused(version: int) -> None:
    with pytest.raises(InputError, match="no perfadvisor wrote that"):
        FORMAT.today({"schema_version": version}, "x.json")


@pytest.mark.parametrize("steps", [{1: STEPS[1]}, {2: STEPS[2], 4: STEPS[1]}, {3: STEPS[1]}])
def test_a_missing_step_is_found_when_the_format_is_made(steps: Any) -> None:
    with pytest.raises(ValueError, match="do not lead to version 3"):
        Format(kind="file", version=3, steps=steps)
