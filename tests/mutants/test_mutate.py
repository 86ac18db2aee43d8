"""The faults that are put in: each kind, one at a time, and never into what no test should notice."""

import pytest

from tests.mutants.mutate import mutants
from tests.mutants.run import REPOSITORY
from tests.mutants.subjects import SUBJECTS


@pytest.mark.parametrize(
    ("source", "changes"),
    [
        ("x = a < b", {"x = a <= b"}),
        ("x = a in b", {"x = a not in b"}),
        ("x = a + 1", {"x = a - 1", "x = a + 2"}),
        ("x = a and b", {"x = a or b"}),
        ("x = not a", {"x = a"}),
        ("x = True", {"x = False"}),
        ("f(x)", {"pass"}),
        ("raise x", {"pass"}),
        ("x = a if b else c", {"x = c if b else a"}),
        ("if a:\n    f()", {"if not a:\n    f()", "if a:\n    pass"}),
        ("def f() -> int:\n    return x", {"def f() -> int:\n    return None"}),
        ("def f():\n    return None", set()),
        ("'a text'", set()),
        ("@d(frozen=True)\nclass A:\n    x: Literal[1]", set()),
    ],
)
def test_each_place_once(source, changes) -> None:
    assert {mutant.source for mutant in mutants(source)} == changes


def test_the_modules_and_tests_are_there() -> None:
    missing = [
        path for module, tests in SUBJECTS.items() for path in (module, *tests) if not (REPOSITORY / path).exists()
    ]
    assert missing == []
