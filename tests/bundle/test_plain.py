"""Files of a run are read without pydantic where nothing is to be judged; what it would refuse is never taken."""

import copy
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from perfadvisor.bundle import plain
from perfadvisor.bundle.schema import RUN_FILE, TRIAL_FILE, Form

RUN = Path(__file__).resolve().parents[1] / "data" / "earlier" / "run-1"
FILES = [(RUN_FILE, RUN / "run.json"), *((TRIAL_FILE, file) for file in sorted(RUN.glob("trials/*/trial.json")))]
ODD = (None, True, False, 0, 1, -1, 5, 2**53, 2**53 + 1, 2**70, 1.0, 0.5, 1e300, "", "5", "higher", "\ud800", [], {},
       [1], {"a": 1}, {"a": "b"}, ["x"], "done", "VALID", "iops", "complete", "vm", "\N{SNOWMAN}")  # fmt: skip
ODD_TEXTS = ("NaN", "Infinity", "1e999", "-0", "1E2", "1.0e0", '"\\ud83d\\ude00"', '"\\ud83d"', '{"a": 1, "a": 2}',
             "9" * 5000)  # fmt: skip


def by_pydantic(form: Form[Any], data: bytes) -> Any:
    """What pydantic makes of it, None where it refuses."""
    try:
        return form._adapter.validate_json(data, strict=True)
    except ValidationError:
        return None


def without(form: Form[Any], data: bytes) -> Any:
    return plain.value(form.kind, plain.parsed(data))


@pytest.mark.parametrize(("form", "file"), FILES, ids=lambda one: getattr(one, "parent", Path()).name)
def test_what_we_write_needs_no_pydantic(form: Form[Any], file: Path) -> None:
    found = without(form, file.read_bytes())
    assert found is not None
    assert repr(found) == repr(by_pydantic(form, file.read_bytes()))


def places(document: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [way, *(one for key, each in inner for one in places(each, (*way, key)))]


def mutated(document: Any, dice: random.Random) -> bytes:
    """The document with a value changed, taken out, or named otherwise, or written in another way."""
    found = copy.deepcopy(document)
    *way, last = dice.choice(places(found)[1:])
    at = found
    for key in way:
        at = at[key]
    match dice.randrange(5):
        case 0:
            del at[last]
        case 1 if isinstance(at, dict):
            at[dice.choice(("other", f"{last}s", ""))] = at.pop(last)
        case 2:
            at[last] = "@"
            return json.dumps(found).replace('"@"', dice.choice(ODD_TEXTS)).encode()
        case _:
            at[last] = dice.choice(ODD)
    return json.dumps(found).encode()


@pytest.mark.parametrize(("form", "file"), FILES[:2], ids=["run.json", "trial.json"])
def test_what_pydantic_refuses_is_never_taken(form: Form[Any], file: Path) -> None:
    dice, document, taken = random.Random(file.name), json.loads(file.read_bytes()), 0
    for _ in range(1500):
        data = mutated(document, dice)
        found = without(form, data)
        if found is not None:
            taken += 1
            assert repr(found) == repr(by_pydantic(form, data)), data
    assert taken > 50  # by chance a change is sound


@pytest.mark.commands
def test_advice_on_a_run_needs_no_pydantic() -> None:
    say = (
        "import sys\nfrom perfadvisor.start import main\ntry:\n    main()\n"
        "except SystemExit as end:\n    code = end.code\n"
        "assert not code, code\nassert 'pydantic' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", say, "advise", str(RUN)], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
