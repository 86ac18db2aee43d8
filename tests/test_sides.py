"""Which sides stand side by side: paths, hosts, environments, or runs by time; accepted findings among them."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from perfadvisor import bundle
from perfadvisor.bundle.evidence import Evidence
from perfadvisor.bundle.folder import create
from perfadvisor.cli.diff import command as diff
from perfadvisor.cli.report import command as report
from perfadvisor.differing import By, differing
from perfadvisor.errors import InputError
from perfadvisor.model.workload import Environment, EnvironmentKind
from perfadvisor.specs.parse import read_spec
from tests.runner.more.made import LOCAL, result, run_of, workload

DATA = Path(__file__).resolve().parent / "data"
HERE, LATER = DATA / "planted" / "no-huge-pages.tar.gz", DATA / "planted" / "far-interrupts.tar.gz"
OTHER = DATA / "machines" / "emulated-server.tar.gz"
BOX = Environment(name="box", spec=read_spec("local:name=box"), kind=EnvironmentKind.CONTAINER, parent="local")


def run(path: Path, started: float = 1.0, host: str = "box", factor: float = 1.0) -> Path:
    """A run of one workload in two environments, the second of which gives half."""
    planned = replace(run_of([workload()], 5, (LOCAL, BOX)), started=started, host={"name": host}, id=path.name)
    kept = create(path, planned)
    for trial in planned.plan:
        share = factor * (1.0 if trial.environment == "local" else 0.5)
        kept.append(result(trial, share * (1000.0 + trial.repeat)), Evidence())
    kept.set_state("complete")
    kept.close()
    return path


def test_environments_of_one_run_are_sides_with_their_results(tmp_path: Path) -> None:
    found, views = differing([run(tmp_path / "a")], by=By.ENV)
    assert found.names == ("local", "box") and [view.base for view in views] == ["local", "box"]
    (comparison,) = found.results[0]
    assert comparison.ratio == pytest.approx(0.5, rel=0.01) and comparison.low is not None
    assert all(cell.environment == name for name, view in zip(found.names, views, strict=True) for cell in view.cells)


def test_several_runs_by_environment_are_told_apart(tmp_path: Path) -> None:
    found, _ = differing([run(tmp_path / "a"), run(tmp_path / "b")], by=By.ENV)
    assert found.names == ("a: local", "a: box", "b: local", "b: box")
    assert [len(each) for each in found.results] == [1, 1, 1]


def test_by_host_the_latest_run_stands_for_each(tmp_path: Path) -> None:
    paths = [run(tmp_path / name, when, host) for name, when, host in (("a", 9, "x"), ("b", 1, "x"), ("c", 5, "y"))]
    found, views = differing(paths, by=By.HOST)
    assert found.names == ("x", "y") and [view.run.id for view in views if view.run] == ["a", "c"]
    assert found.notes == ("b is left out: a is the later one of x",)


def test_by_time_the_first_comes_first_and_says_when(tmp_path: Path) -> None:
    paths = [run(tmp_path / "late", 7e8, factor=2.0), run(tmp_path / "early", 6e8)]
    found, _ = differing(paths, by=By.TIME)
    assert found.names == ("early, 1989-01-05 10:40:00 UTC", "late, 1992-03-07 20:26:40 UTC")
    assert {round(one.ratio or 0, 1) for one in found.results[0]} == {2.0}


def test_snapshots_have_a_host_and_a_time() -> None:
    by_host, _ = differing([HERE, OTHER], by=By.HOST)
    assert len(by_host.names) == 2 and not by_host.notes
    by_time, _ = differing([LATER, HERE], by=By.TIME)
    assert all("UTC" in name for name in by_time.names)


@pytest.mark.parametrize("by", [By.HOST, By.ENV])
def test_one_side_is_an_error(by: By) -> None:
    with pytest.raises(InputError, match="only one side"):
        differing([HERE], by=by)


def test_what_has_no_time_cannot_be_put_in_its_order(tmp_path: Path) -> None:
    (tmp_path / "paste.txt").write_text("Ring parameters for ens6:\nCurrent hardware settings:\nRX:\t\t1024\n")
    with pytest.raises(InputError, match="when this was read is not known"):
        differing([tmp_path / "paste.txt", HERE], by=By.TIME)


def test_the_page_and_the_terminal_show_accepted_findings_as_accepted(tmp_path: Path) -> None:
    found, _ = differing([HERE, LATER])
    rule = next(row.rule for row in found.findings if row.gained)
    waivers = tmp_path / "waivers.yaml"
    waivers.write_text(f"waivers:\n  - {{id: {rule}, reason: as planted, until: 2999-12-31}}\n")
    page = tmp_path / "page.html"
    done = CliRunner().invoke(report, [str(HERE), str(LATER), "-o", str(page), "--waivers", str(waivers)])
    assert done.exit_code == 0, done.output
    text = page.read_text("utf-8")
    assert 'id="accepted"' in text and "accepted: as planted (until 2999-12-31)" in text
    shown = CliRunner().invoke(diff, [str(HERE), str(LATER), "--waivers", str(waivers)]).output
    assert "Findings accepted" in shown and "-> accepted" in shown
    assert rule not in [row.rule for row in differing([HERE, LATER], waivers=waivers)[0].findings]


def test_report_by_environment_writes_one_page(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = CliRunner().invoke(report, [str(run(tmp_path / "a")), "--by", "env", "-o", str(page)])
    assert done.exit_code == 0, done.output
    text = page.read_text("utf-8")
    assert "local → box" in text and "-50." in text


def test_a_view_of_one_environment_is_whole(tmp_path: Path) -> None:
    loaded = bundle.load(run(tmp_path / "a"))
    _, views = differing([run(tmp_path / "b")], by=By.ENV)
    for view in views:
        assert view.run is not None and len(view.run.plan) == len(loaded.plan) / 2
        assert [one.parent for one in view.run.environments] == [""]
