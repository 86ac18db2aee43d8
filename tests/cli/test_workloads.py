"""`perfadvisor workloads`, as a user calls it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from perfadvisor.cli.workloads import command
from perfadvisor.errors import InputError

MISTAKEN = """\
id: storage/mine
title: Mine
why: Because.
tool: fio
parameters: {rw: randread, ioengin: libaio}
metrics: [read.iops, packets_per_s]
"""


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


def call(*arguments: str) -> str:
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_lint_says_what_was_read() -> None:
    assert call("lint").strip().endswith("suites, no mistake found")


def test_lint_reports_every_mistake_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "storage").mkdir()
    (tmp_path / "storage" / "mine.yaml").write_text(MISTAKEN)
    with pytest.raises(InputError) as caught:
        CliRunner().invoke(command, ["lint", "--workloads", str(tmp_path)], catch_exceptions=False)
    lines = caught.value.message.splitlines()
    assert [line.removeprefix(f"{tmp_path}/storage/mine.yaml:").split(":")[0] for line in lines] == ["5", "6"]
    assert "unknown parameter `ioengin`" in lines[0] and "unknown metric `packets_per_s`" in lines[1]


def test_schemas_of_workloads_and_suites() -> None:
    workload, suite = json.loads(call("schema")), json.loads(call("schema", "--suite"))
    assert workload["properties"]["tool"]["enum"] == ["command", "dmabench", "fio", "iperf3"]
    assert "repeats" in suite["properties"]


def test_list_and_show_print_no_escapes_of_a_pack(tmp_path: Path) -> None:
    (tmp_path / "storage").mkdir()
    text = MISTAKEN.replace("ioengin", "engine").replace(", packets_per_s", "")
    (tmp_path / "storage" / "mine.yaml").write_text(
        text.replace("Mine", r'"Mine\e[2J"').replace("Because.", r'"Because\e[2J."')
    )
    for words in (("list",), ("show", "storage/mine")):
        said = call(*words, "--workloads", str(tmp_path))
        assert "Mine" in said and "\x1b[2J" not in said
