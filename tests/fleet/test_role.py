"""The role that people may keep beside their own: its commands can be typed, and real Ansible runs it here."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from ruamel.yaml import YAML

from perfadvisor.cli import group
from perfadvisor.saved.saved import load_snapshot

ROOT = Path(__file__).resolve().parent.parent.parent
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")


STEPS = sorted((ROOT / "ansible" / "roles" / "perfadvisor" / "tasks").glob("*.yml"))


def tasks(file: Path) -> list[dict]:
    """Every task of a file, those in blocks too."""
    found, rest = [], list(YAML(typ="safe").load(file))
    while rest:
        one = rest.pop(0)
        found.append(one)
        rest += one.get("block", []) + one.get("always", [])
    return found


@pytest.mark.parametrize("file", STEPS, ids=lambda path: path.stem)
def test_tasks_have_names_and_full_names_of_modules(file: Path) -> None:
    for one in tasks(file):
        assert one["name"][0].isupper()
        modules = [key for key in one if "." in key]
        assert all(module.startswith("ansible.builtin.") for module in modules)
        assert len(modules) == (0 if "block" in one else 1)


def test_the_commands_of_the_role_can_be_typed() -> None:
    lines = [
        one["ansible.builtin.command"]["cmd"]
        for file in STEPS
        for one in tasks(file)
        if "ansible.builtin.command" in one
    ]
    typed = [re.sub(r"\{\{.*?\}\}", "x", line.replace("{{ perfadvisor_program }}", "perfadvisor")) for line in lines]
    ours = [shlex.split(line) for line in typed if line.startswith("perfadvisor ")]
    assert {words[1] for words in ours} == {"snapshot", "run", "gate"}
    for _, name, *words in ours:
        command = group.get_command(click.Context(group), name)
        context = click.Context(command, info_name=name)
        assert command.make_parser(context).parse_args(args=list(words))[1] == []


@pytest.mark.slow
def test_the_example_playbook_fetches_a_snapshot_named_by_the_inventory(tmp_path) -> None:
    if not PLAYBOOK.exists():
        pytest.skip("ansible-core is not installed")
    program = f"{sys.executable} -m perfadvisor"
    more = (
        "-e",
        f"perfadvisor_program='{program}' perfadvisor_to={tmp_path} ansible_python_interpreter={sys.executable}",
    )
    argv = [str(PLAYBOOK), "-i", "web1,", "-c", "local", str(ROOT / "ansible" / "example.yml"), *more]
    environment = os.environ | {
        "ANSIBLE_HOME": str(tmp_path / "home"),
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(tmp_path),
    }
    done = subprocess.run(argv, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(load_snapshot(tmp_path / "web1.tar.gz").tree) > 50
    assert not list(tmp_path.glob("perfadvisor-*"))
