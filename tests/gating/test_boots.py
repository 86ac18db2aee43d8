"""Comparisons over restarts, on a machine that is only simulated: its power may fail at any step."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as some

from perfadvisor.errors import InputError, MeasureError
from perfadvisor.gating.boots import going, machine, state_file, unit
from perfadvisor.gating.boots.going import World
from perfadvisor.gating.boots.judging import judged
from perfadvisor.gating.boots.model import Boot, BootPlan, State, joined
from perfadvisor.gating.boots.stepping import MOST_LOST, STALE_S, BootStep, Do, Here, step
from perfadvisor.model.gate import GateReport, MetricPolicy, Runs, Side, Verdict
from perfadvisor.model.tree import Tree

PLAN = BootPlan(
    names=("old", "new"),
    choose=("choose old", "choose new"),
    restart="restart",
    pairs=27,
    runs=1,
    settle_s=5.0,
    checkout="/",
    directory="/",
    timeout=9.0,
    cmd="bench",
)
PATH = Path("/state.json")
RATES = {"old": 100.0, "new": 80.0, "third": 60.0}


class PowerCut(BaseException):
    """Nothing of the process goes on."""


def rate(value: float) -> Runs:
    return Runs(workload="w", metric="m", unit="iops", better="higher", values=(value,))


@dataclass
class Machine:
    """It starts as its boot loader was told for one time, else as `usual`; it fails at these steps."""

    usual: str = "old"
    cuts: frozenset[int] = frozenset()
    deaf: bool = False
    broken: bool = False
    running: str = "before"
    once: str = ""
    boot: int = 0
    steps: int = 0
    restarting: bool = False
    saved: dict[Path, State] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)

    def point(self) -> None:
        self.steps += 1
        if self.steps in self.cuts:
            raise PowerCut

    def save(self, path: Path, state: State) -> None:
        self.point()
        self.saved[path] = state
        self.point()

    def run(self, command: str) -> None:
        assert not self.saved.get(PATH, State(plan=PLAN, machine="", stepped=0)).ended, "nothing is done after the end"
        self.point()
        word, _, side = command.partition(" ")
        if word == "choose":
            self.once = "" if self.deaf else side
        else:
            self.restarting = True
        self.point()

    def measure(self, plan: BootPlan) -> going.Figures:
        self.point()
        if self.broken:
            raise MeasureError("no disk")
        return (rate(RATES[self.running] + self.boot % 3 * 0.1),), ()

    def here(self) -> Here:
        return Here(boot=str(self.boot), now=1e9 + self.steps, machine="this", started={"kernel": self.running})

    @property
    def world(self) -> World:
        return World(
            here=self.here, measure=self.measure, run=self.run, sleep=lambda _: self.point(), say=self.heard.append
        )

    def start(self) -> None:
        self.boot, self.running, self.once, self.restarting = self.boot + 1, self.once or self.usual, "", False

    @property
    def state(self) -> State:
        return self.saved[PATH]


def judge(state: State) -> GateReport | None:
    return judged(state, lambda _: MetricPolicy(margin=0.03))


def through(one: Machine) -> GateReport | str:
    """Begin, and start the machine as often as something makes it; the verdict, or why there is none."""
    with patch.multiple(state_file, save=one.save, load=lambda path: one.saved[path]):
        cuts, one.cuts = one.cuts, frozenset()
        going.begin(PATH, PLAN, one.world)
        one.steps, one.cuts = 0, cuts
        for _ in range(3 * PLAN.pairs):
            one.start()
            try:
                report = going.resume(PATH, one.world, judge)
            except PowerCut:
                continue
            except (MeasureError, InputError) as error:
                return error.message
            if report:
                return report
            assert one.restarting
    raise AssertionError("it never ends")


@pytest.fixture(autouse=True)
def no_systemd(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(unit, "SYSTEMD", tmp_path / "none")


def test_boots_go_abba_and_a_clear_answer_ends_them() -> None:
    one = Machine()
    report = through(one)
    assert isinstance(report, GateReport)
    assert (report.verdict, report.looks[0].pairs, one.boot) == (Verdict.REGRESSION, 5, 10)
    assert [boot.machine["kernel"] for boot in one.state.boots] == [*["old", "new", "new", "old"] * 2, "old", "new"]
    assert "kernel: old -> new" in report.notes
    assert (one.state.ended, one.restarting) == ("decided", False)


@given(
    some.frozensets(some.integers(min_value=1, max_value=120), max_size=6), some.sampled_from(["old", "new", "third"])
)
def test_wherever_the_power_fails_no_figure_goes_to_the_wrong_side(cuts: frozenset[int], usual: str) -> None:
    one = Machine(usual=usual, cuts=cuts)
    end = through(one)
    started = [{boot.machine["kernel"] for boot in one.state.boots if boot.side == side} for side in (0, 1)]
    assert all(len(kernels) <= 1 for kernels in started)
    assert not started[0] & started[1]
    assert all(boot.runs[0].values[0] - RATES[boot.machine["kernel"]] < 1 for boot in one.state.boots)
    assert len(one.state.lost) <= MOST_LOST
    assert one.boot <= 2 * 5 + 2 * len(cuts) + MOST_LOST
    if isinstance(end, GateReport):
        assert started != [{"old"}, {"new"}] or end.verdict is Verdict.REGRESSION
    elif not one.state.ended:
        assert "over" in end


def test_a_choice_without_effect_ends_it_soon() -> None:
    one = Machine(deaf=True)
    end = through(one)
    assert isinstance(end, str) and "the choice of new had no effect" in end
    assert (one.boot, len(one.state.boots)) == (1 + MOST_LOST, 1)


def test_what_cannot_be_measured_ends_it() -> None:
    one = Machine(broken=True)
    assert through(one) == "no disk"
    assert (one.state.ended, one.restarting) == ("no disk", False)


HERE = Here(boot="2", now=1000.0, machine="this", started={"kernel": "old"})
STATE = State(plan=PLAN, machine="this", stepped=1000.0, asked_in="1")


@pytest.mark.parametrize(
    ("state", "here", "why"),
    [
        (STATE, replace(HERE, boot="1"), "a restart was asked for in this boot and did not come: restart"),
        (STATE, replace(HERE, machine="other"), "the state was written on another machine"),
        (STATE, replace(HERE, now=1001 + STALE_S), "the state is stale: its last step was 24 hours ago"),
        (STATE, replace(HERE, now=1000.0 - 7200), "the state is stale: its last step was 2 hours in the future"),
        (replace(STATE, ended="decided"), HERE, "the comparison is over: decided"),
    ],
)
def test_a_state_that_is_not_meant_for_this_boot_is_refused(state: State, here: Here, why: str) -> None:
    assert step(state, here) == BootStep(do=Do.REFUSE, state=state, why=why)


def test_a_boot_that_was_measured_already_is_not_measured_again() -> None:
    boot = Boot(side=0, id="2", machine={"kernel": "old"}, runs=(rate(1),))
    assert step(replace(STATE, boots=(boot,)), HERE).do is Do.RESTART


def test_sides_that_look_alike_are_compared_where_they_may() -> None:
    boot = Boot(side=0, id="1", machine={"kernel": "old"}, runs=(rate(1),))
    state = replace(STATE, boots=(boot,))
    assert step(state, HERE).do is Do.RESTART
    assert step(replace(state, plan=replace(PLAN, unseen=True)), HERE).do is Do.MEASURE


def test_a_boot_is_the_median_of_its_sound_runs() -> None:
    bad = {("w", "m"): "busy"}
    sides = [Side(name="", runs={("w", "m"): rate(value)}) for value in (1.0, 3.0, 2.0)]
    spoilt = Side(name="", runs={("w", "m"): rate(99)}, invalid=bad)
    assert joined([*sides, spoilt]) == ((rate(2.0),), ())
    assert joined([spoilt]) == ((rate(99),), (("w", "m", "busy"),))


def test_the_state_is_read_as_it_was_written(tmp_path: Path) -> None:
    boot = Boot(side=0, id="1", machine={"kernel": "old"}, runs=(rate(1.5),), doubts=(("w", "m", "busy"),))
    state = replace(STATE, boots=(boot,), plan=replace(PLAN, outputs={"junit": "/j"}), files={"/u": "1"})
    file = tmp_path / "boots.json"
    state_file.save(file, state)
    assert state_file.load(file) == state
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"schema_version": 1}', b'{"schema_version": 99}'])
def test_what_is_no_state_is_refused_and_stays(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "boots.json"
    file.write_bytes(data)
    file.chmod(0o600)
    for use in (state_file.load, lambda path: list(going.stop(path))):
        with pytest.raises(InputError):
            use(file)
    assert file.read_bytes() == data


def test_a_state_that_others_could_have_written_is_not_followed(tmp_path: Path) -> None:
    file = tmp_path / "boots.json"
    state_file.save(file, STATE)
    file.chmod(0o666)
    with pytest.raises(InputError, match="another user could have written it"):
        state_file.load(file)


def test_the_unit_is_written_wanted_and_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit, "SYSTEMD", tmp_path)
    monkeypatch.setattr(unit, "UNITS", tmp_path / "units")
    files = unit.write(Path("/s%/boots.json"), "/here")
    text, wanted = (tmp_path / "units" / unit.NAME).read_text(), tmp_path / "units/multi-user.target.wants" / unit.NAME
    assert "ConditionPathExists=/s%%/boots.json\n" in text
    assert text.count('"resume" "--state" "/s%%/boots.json"\n') == 1
    assert wanted.resolve() == tmp_path / "units" / unit.NAME
    assert unit.write(Path("/s%/boots.json"), "/here") == files, "what a crash left is taken over"
    assert list(unit.remove(files)) == [f"{tmp_path / 'units' / unit.NAME}: removed"]
    assert not list((tmp_path / "units").rglob("*.service"))


def test_what_started_is_read_from_its_files() -> None:
    tree = Tree(
        {
            "/proc/sys/kernel/osrelease": b"6.1.0\n",
            "/proc/cmdline": b"quiet\n",
            "/proc/cpuinfo": b"processor : 0\nmicrocode\t: 0x2b\n",
            "/sys/module/e1000e/srcversion": b"ABC\n",
            "$ ethtool -i eth0": b"driver: e1000e\nversion: 6.1.0\nfirmware-version: 5.13\nbus-info: 0000:02:00.0\n",
        }
    )
    assert machine.started(tree) == {
        "kernel": "6.1.0",
        "kernel options": "quiet",
        "microcode": "0x2b",
        "driver e1000e srcversion": "ABC",
        "eth0 driver": "e1000e",
        "eth0 version": "6.1.0",
        "eth0 firmware-version": "5.13",
    }


def test_this_machine_says_what_started() -> None:
    assert machine.read()["kernel"] == Path("/proc/sys/kernel/osrelease").read_text().strip()
