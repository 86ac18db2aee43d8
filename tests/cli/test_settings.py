"""`perfadvisor settings` on a tree in a folder."""

import json
from pathlib import Path

from click.testing import CliRunner

from perfadvisor.cli.settings import command


def test_present_values_and_what_could_not_be_read(tmp_path: Path) -> None:
    queue = tmp_path / "sys/block/sda/queue"
    queue.mkdir(parents=True)
    (queue / "scheduler").write_text("none [mq-deadline]\n")
    core = tmp_path / "proc/sys/net/ipv4"
    core.mkdir(parents=True)
    (core / "tcp_rmem").write_text("4096\t131072\t6291456\n")
    done = CliRunner().invoke(command, ["show", str(tmp_path), "--format", "json"])
    rows = {(row["setting"], row["subject"]): row.get("values") for row in json.loads(done.output)}
    assert rows["block.scheduler", "sda"] == {"scheduler": "mq-deadline"}
    assert rows["sysctl", "net/ipv4/tcp_rmem"] == {"sysctl": "4096 131072 6291456"}
    assert len(rows) == 2


def test_every_setting_is_listed_with_what_it_disturbs() -> None:
    rows = json.loads(CliRunner().invoke(command, ["list", "--format", "json"]).output)
    found = {row["name"]: row["disturbs"] for row in rows}
    assert (found["block.scheduler"], found["nic.rings"]) == ("none", "blip")
