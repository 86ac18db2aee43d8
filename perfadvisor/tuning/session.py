"""A whole tune: fix after fix with those that help in force, then all of them against none, and only what that shows
stays.

While it measures everything is journalled, so that a kill at any moment leaves the machine as it was. Only at the end
the changes that stay go from the journal into the tune's record, from which status and rollback know them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from perfadvisor.errors import MeasureError
from perfadvisor.gating import with_setting
from perfadvisor.targets.changing import journal, settings
from perfadvisor.targets.changing.settings import Applied
from perfadvisor.tuning import record
from perfadvisor.tuning.how import How
from perfadvisor.tuning.judging import without_chance
from perfadvisor.tuning.model import FixAnswer, Kept, PlannedFix, Tried, Tune, TuneState
from perfadvisor.tuning.steps import intents
from perfadvisor.tuning.trying import as_got, joined, rounding, together, tried


def run(tune: Tune, how: How) -> Tune:
    """Try what was not tried yet, judge all together, and keep what helps. Saved after every step; raises what is not
    about one fix, everything restored."""
    tune = _each(tune, how)
    tune = replace(tune, tried=without_chance(tune.tried))
    helping = [one.fix for one in tune.tried if one.answer is FixAnswer.HELPS]
    if not helping:
        return _saved(replace(tune, state=TuneState.NOTHING_KEPT))
    how.progress(f"all that helped ({len(helping)}) against none")
    tune = replace(tune, together=together(helping, how))
    if tune.together is None or tune.together.answer is not FixAnswer.HELPS:
        return _saved(replace(tune, state=TuneState.NOTHING_KEPT))
    return _kept(tune, helping)


def _each(tune: Tune, how: How) -> Tune:
    """Every fix in its turn, measured on top of those before it that helped."""
    tests = len(tune.fixes)
    done = {one.fix.differences for one in tune.tried}
    with _restored() as book:
        for one in tune.tried:
            if one.answer is FixAnswer.HELPS:
                _apply([one.fix], book)
        for fix in tune.fixes:
            if fix.differences in done:
                continue
            how.progress(f"{fix.rule}: {'; '.join(fix.differences)}")
            found = tried(fix, how, tests)
            if found.answer is FixAnswer.HELPS:
                found = _in_force(found, book)
            tune = _saved(replace(tune, tried=(*tune.tried, found)))
    return tune


def _in_force(found: Tried, book: journal.Journal) -> Tried:
    """The fix in force for what is tried after it, with the values that the machine really has."""
    applied = _apply([found.fix], book)
    notes = tuple(dict.fromkeys((*found.notes, *rounding(applied))))
    return replace(found, fix=as_got(found.fix, applied), notes=notes)


def _apply(fixes: Sequence[PlannedFix], book: journal.Journal) -> tuple[Applied, ...]:
    return settings.apply(with_setting.planned(joined(fixes)), book)


def _kept(tune: Tune, helping: Sequence[PlannedFix]) -> Tune:
    """Make the changes for good: on disk as kept before the journal lets go of them."""
    owner = {(one.setting, one.subject): fix.rule for fix in helping for one in intents(fix)}
    with _restored() as book:
        _apply(helping, book)
        kept = tuple(
            Kept(rule=owner[(str(change["setting"]), str(change["subject"]))], change=change) for change in book.changes
        )
        tune = _saved(replace(tune, state=TuneState.KEPT, kept=kept))
        book.leave()
    return tune


def _saved(tune: Tune) -> Tune:
    record.save(tune)
    return tune


@contextmanager
def _restored() -> Iterator[journal.Journal]:
    """A journal, everything in it restored at the end. MeasureError where that fails."""
    book = journal.begin()
    try:
        yield book
    finally:
        failed = book.close()
    if failed:
        raise MeasureError(f"could not be restored: {'; '.join(failed)}", "perfadvisor restore")
