"""One environment that cannot get its device is one that is not measured: it has nothing, and the others go on."""

import contextlib
from collections.abc import Sequence

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.model.tree import Tree
from perfadvisor.runner import site as runner_site
from perfadvisor.specs.parse import read_spec
from perfadvisor.specs.spec import Spec
from perfadvisor.targets.here.local import LocalTarget
from perfadvisor.targets.opening import Opening

WHY = "0000:81:00.0 makes no virtual functions"


class Guest(LocalTarget):
    """Cannot get its device, and writes down what it was told to let go of."""

    parent = "local"

    def __init__(self, spec: str, stuck: str = "") -> None:
        super().__init__(read_spec(spec))
        self.said: list[str] = []
        self._stuck = stuck

    def tree(self, patterns: Sequence[str]) -> Tree:
        return Tree({})

    def take(self) -> None:
        raise MeasureError(WHY, "see lspci -vvv")

    def give(self) -> None:
        self.said.append("give")
        if self._stuck:
            raise MeasureError(self._stuck)

    def close(self) -> None:
        self.said.append("close")


class Plain(Guest):
    """Needs nothing."""

    def take(self) -> None:
        return

    def give(self) -> None:
        return


def opened(monkeypatch: pytest.MonkeyPatch, *targets: Guest) -> tuple[runner_site.Site, ...]:
    by_spec = {target.spec.text: target for target in targets}

    def open_target(spec: Spec, _opening: Opening | None) -> Guest:
        return by_spec[spec.text]

    monkeypatch.setattr(runner_site, "open_target", open_target)
    monkeypatch.setattr(runner_site, "_host", lambda _: None)
    with contextlib.ExitStack() as undo:
        return runner_site.open_sites([target.spec for target in targets], undo)


def test_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    guest = Guest("vm:vf=0000:81:00.0")
    lame, fine = opened(monkeypatch, guest, Plain("vm"))
    assert (lame.refusal, fine.refusal) == (f"{WHY} (next: see lspci -vvv)", "")
    assert guest.said[:2] == ["give", "close"], "what it had is back before anybody measures"
    assert lame.name == "vm:vf=0000:81:00.0"


def test_what_cannot_be_put_back_is_said_beside_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    lame, _ = opened(monkeypatch, Guest("vm:vf=0000:81:00.0", stuck="nvme0n1 did not come back"), Plain("vm"))
    assert lame.refusal.startswith(f"{WHY}; nvme0n1 did not come back")


def test_a_run_without_any_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MeasureError, match="makes no virtual functions"):
        opened(monkeypatch, Guest("vm:vf=0000:81:00.0"))
