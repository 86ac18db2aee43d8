"""Runs, snapshots and pastes side by side, on files of real machines that this project captured."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from perfadvisor.cli.diff import command
from perfadvisor.cli.report import command as report

DATA = Path(__file__).resolve().parent.parent / "data"
HUGE, FAR = DATA / "planted" / "no-huge-pages.tar.gz", DATA / "planted" / "far-interrupts.tar.gz"
RUN = DATA / "earlier" / "run-1"


def test_two_snapshots() -> None:
    done = CliRunner().invoke(command, [str(HUGE), str(FAR)])
    assert done.exit_code == 0
    assert "Findings gained\n" in done.output and "clear -> fires" in done.output
    assert "[ens6]" in done.output and "settings and" in done.output


def test_json_has_the_same() -> None:
    document = json.loads(CliRunner().invoke(command, [str(HUGE), str(FAR), "--format", "json"]).output)
    assert document["sides"] == [HUGE.name, FAR.name]
    assert any(row["subject"] == "ens6" for row in document["settings"])
    assert any(row["gained"] for row in document["findings"])


def test_a_run_beside_itself_compares_its_results() -> None:
    document = json.loads(CliRunner().invoke(command, [str(RUN), str(RUN), "--format", "json"]).output)
    assert document["settings"] == document["findings"] == []
    assert document["results"] and all(row["ratio"] in (1.0, None) for row in document["results"])


def test_a_paste_and_a_snapshot(tmp_path) -> None:
    paste = tmp_path / "paste.txt"
    paste.write_text(
        "$ ethtool -g ens6\nRing parameters for ens6:\nPre-set maximums:\nRX:\t\t4096\nTX:\t\t4096\n"
        "Current hardware settings:\nRX:\t\t1024\nTX:\t\t1024\n"
    )
    done = CliRunner().invoke(command, [str(FAR), str(paste)])
    assert done.exit_code == 0, done.exception
    assert "nic.ring_rx" in done.output


@pytest.mark.parametrize("paths", [(RUN, RUN), (HUGE, FAR)])
def test_report_of_several_is_one_page(tmp_path, paths: tuple[Path, Path]) -> None:
    page = tmp_path / "sides.html"
    done = CliRunner().invoke(report, [*map(str, paths), "-o", str(page)])
    assert done.exit_code == 0, done.exception
    text = page.read_text("utf-8")
    assert "Side by side" in text and "Findings gained and lost" in text
    assert len(text) < 400_000
