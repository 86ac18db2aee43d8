"""What earlier tunes left in force: whether it still holds, and how it is taken back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from perfadvisor.errors import InputError, MeasureError
from perfadvisor.settings.catalogue import SETTINGS
from perfadvisor.targets.changing import kept_files, settings_file
from perfadvisor.targets.changing.undo import boot_id
from perfadvisor.tuning import record
from perfadvisor.tuning.model import Kept, Tune, TuneState


class Standing(StrEnum):
    """Whether a kept change is what the machine has now."""

    HOLDS = "holds"
    CHANGED = "changed by another program"
    LOST = "lost with the restart"
    GONE = "its device is gone"


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """One kept change as the machine has it: the values it was given, those it has, and the state of its files."""

    tune: Tune
    kept: Kept
    standing: Standing
    wanted: Mapping[str, str]
    present: Mapping[str, str]
    files: Mapping[str, str]


def status() -> tuple[Status, ...]:
    """Every change that is in force by a tune, oldest first."""
    return tuple(
        _status(tune, kept) for tune in record.load_all() if tune.state is TuneState.KEPT for kept in tune.kept
    )


def _status(tune: Tune, kept: Kept) -> Status:
    change = kept.change
    subject = settings_file.named_now(change)
    present = settings_file.now(SETTINGS[str(change["setting"])], subject)
    wanted = dict(change["ours"] or {})
    return Status(
        tune=tune,
        kept=kept,
        wanted=wanted,
        present={name: (present or {}).get(name, "") for name in wanted},
        standing=_standing(tune, wanted, present),
        files=kept_files.states(kept.files),
    )


def _standing(tune: Tune, wanted: Mapping[str, str], present: Mapping[str, str] | None) -> Standing:
    if present is None:
        return Standing.GONE
    if all(present.get(name) == text for name, text in wanted.items()):
        return Standing.HOLDS
    return Standing.CHANGED if tune.boot == boot_id() else Standing.LOST


def roll_back(names: Sequence[str]) -> Iterator[str]:
    """Take back the changes of these rules, all without names, newest first: the values where they are still ours, the
    files where they are still as written. Yields what was done. InputError for a name that nothing is kept for,
    MeasureError for what could not be undone."""
    found = [tune for tune in record.load_all() if tune.state is TuneState.KEPT]
    known = {kept.rule for tune in found for kept in tune.kept}
    for name in names:
        if name not in known:
            raise InputError(f"nothing is kept for {name}", f"kept: {', '.join(sorted(known)) or 'nothing'}")
    failed: list[str] = []
    for tune in reversed(found):
        yield from _rolled_back(tune, set(names) or known, failed)
    if failed:
        raise MeasureError(f"could not be undone: {'; '.join(failed)}", "perfadvisor tune status")


def _rolled_back(tune: Tune, rules: set[str], failed: list[str]) -> Iterator[str]:
    left: list[Kept] = []
    for kept in reversed(tune.kept):
        if kept.rule not in rules:
            left.append(kept)
            continue
        try:
            yield from _undone(tune, kept)
        except (OSError, MeasureError) as error:
            failed.append(f"{kept.change['path']}: {error}")
            left.append(kept)
    state = TuneState.KEPT if left else TuneState.ROLLED_BACK
    record.save(replace(tune, kept=tuple(reversed(left)), state=state))


def _undone(tune: Tune, kept: Kept) -> Iterator[str]:
    """Files first: a restart in between must not bring the values back."""
    yield from kept_files.remove(kept.files)
    before = _status(tune, kept)
    if before.standing in (Standing.HOLDS, Standing.CHANGED):
        settings_file.put_back(kept.change)
    after = _status(tune, kept)
    if before.standing is not Standing.HOLDS:
        yield f"{kept.change['path']}: left as it is: {before.standing}"
        return
    changed = (f"{name} {text} -> {after.present[name]}" for name, text in before.wanted.items())
    yield f"{kept.change['path']}: {', '.join(changed)}"
