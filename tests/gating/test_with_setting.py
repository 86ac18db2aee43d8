"""B with a setting changed for each of its runs, and every way out of it puts the setting back."""

from pathlib import Path

import pytest

from perfadvisor.errors import InputError, MeasureError
from perfadvisor.gating import with_setting
from perfadvisor.gating.with_setting import AS_IS, CHANGED, forbidden, planned, read_intent, shown
from perfadvisor.model.gate import Runs, Side
from perfadvisor.settings import catalogue
from perfadvisor.settings.model import Disturbs, Door, Field, Intent, Setting, Type


@pytest.fixture
def file(tmp_path, monkeypatch) -> Path:
    """A file that stands for one of the kernel's, as the setting `test.number`."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "number"
    path.write_text("1\n")
    field = Field(name="number", type=Type.INTEGER)
    made = Setting(name="test.number", subject="", door=Door.FILE, path=str(path), fields=(field,), meaning="a test's")
    monkeypatch.setitem(catalogue.SETTINGS, "test.number", made)  # type: ignore[arg-type]
    return path


def side(value: float) -> Side:
    runs = Runs(workload="w", metric="m", unit="", better="higher", values=(value,))
    return Side(name="w", runs={runs.key: runs})


def value_of(one: Side) -> float:
    (runs,) = one.runs.values()
    return runs.values[0]


def test_b_is_measured_with_it_and_a_without(file) -> None:
    made = planned([read_intent("test.number=5")])
    with with_setting.measuring(made, lambda: side(float(file.read_text()))) as measure:
        seen = [value_of(measure(name)) for name in (AS_IS, CHANGED, CHANGED, AS_IS)]
    assert (seen, file.read_text()) == ([1.0, 5.0, 5.0, 1.0], "1")


@pytest.mark.parametrize("error", [InputError("the command failed"), KeyboardInterrupt()])
def test_a_run_that_fails_or_is_interrupted_leaves_nothing_changed(file, error) -> None:
    def fail() -> Side:
        assert file.read_text() == "5"
        raise error

    made = planned([read_intent("test.number=5")])
    with pytest.raises(type(error)), with_setting.measuring(made, fail) as measure:
        measure(CHANGED)
    assert file.read_text() == "1"


def test_another_program_that_changes_it_back_is_seen_and_not_fought(file) -> None:
    def disturbed() -> Side:
        file.write_text("7")
        return side(1.0)

    made = planned([read_intent("test.number=5")])
    with (
        pytest.raises(MeasureError, match="number was 5 and is 7 after the run"),
        with_setting.measuring(made, disturbed) as measure,
    ):
        measure(CHANGED)
    assert file.read_text() == "7"


def test_what_would_be_done_and_why_it_may_not_be(file, monkeypatch) -> None:
    made = planned([read_intent("test.number=5")])
    assert shown(made) == f"test.number: number 1 -> 5\n  echo 5 > {file}"
    assert forbidden(made) == ""
    monkeypatch.setattr(with_setting.os, "access", lambda path, mode: False)
    assert forbidden(made) == f"no permission to write {file}"


def test_what_would_cut_this_machine_off_is_not_done(file, monkeypatch) -> None:
    setting = catalogue.SETTINGS["test.number"]
    blip = Setting(
        name="test.blip",
        subject="nic",
        door=Door.FILE,
        path=setting.path,
        fields=setting.fields,
        meaning="a test's",
        disturbs=Disturbs.BLIP,
    )
    monkeypatch.setitem(catalogue.SETTINGS, "test.blip", blip)  # type: ignore[arg-type]
    monkeypatch.setattr(with_setting, "_default_routes", lambda: frozenset({"eth0"}))
    assert "carries this machine's default route" in forbidden(planned([read_intent("test.blip@eth0=5")]))
    assert forbidden(planned([read_intent("test.blip@eth1=5")])) == ""


def test_a_value_that_is_there_already_is_nothing_to_compare(file) -> None:
    with pytest.raises(InputError, match="nothing to compare"):
        planned([read_intent("test.number=1")])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("block.scheduler@sda=none", Intent(setting="block.scheduler", subject="sda", to={"scheduler": "none"})),
        ("nic.rx_usecs@eth0=8", Intent(setting="nic.coalesce", subject="eth0", to={"rx_usecs": "8"})),
        ("sysctl@net.core.rmem_max=4", Intent(setting="sysctl", subject="net/core/rmem_max", to={"sysctl": "4"})),
    ],
)
def test_a_setting_in_words(text: str, expected: Intent) -> None:
    assert read_intent(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("block.scheduler@sda", "holds no value"),
        ("block.scheduler=none", "whose setting it is"),
        ("memory.ksm_run@sda=0", "whose setting it is"),
        ("block.schedule@sda=none", "no setting is called"),
    ],
)
def test_words_that_mean_no_setting(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        read_intent(text)
