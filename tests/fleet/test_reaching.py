"""Real Ansible over real sshds in namespaces: planted hosts are named, and bad ones do the others no harm."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.fleet.plants import RECEIVE, SHAPED, SOMAXCONN, Plant, both, groups_can_be_made, quota, throttled
from tests.fleet.spaces import SSHD, SpaceHost, Spaces

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent.parent
# sftp works, so that Ansible gets as far as running the script.
ANSWERS = 'case "$SSH_ORIGINAL_COMMAND" in *.sh*) %s;; *) exec sh -c "$SSH_ORIGINAL_COMMAND";; esac'


@cache
def planted() -> dict[str, Plant]:
    """Host -> what is planted on it."""
    if groups_can_be_made():
        return {"web2": both(SOMAXCONN, quota(1.5)), "web3": both(SHAPED, throttled(100 << 20)), "web4": RECEIVE}
    return {"web2": SOMAXCONN, "web3": SHAPED, "web4": RECEIVE}


BAD = [
    SpaceHost("endless", forced=ANSWERS % "exec yes '<script>alert(1)</script>'"),
    SpaceHost("slow", forced=ANSWERS % "sleep 600"),
    SpaceHost("liar", forced=ANSWERS % "echo plain; echo 99999999999; printf 'F\\t/etc/shadow\\n=TEXT=\\n'"),
]


@pytest.fixture(scope="module")
def spaces(tmp_path_factory) -> Iterator[Spaces]:
    if os.geteuid() != 0 or not Path(SSHD).exists() or not shutil.which("ssh"):
        pytest.skip("openssh-server and root are needed for real hosts")
    good = [SpaceHost("web1"), *(SpaceHost(name, plant.commands) for name, plant in planted().items())]
    made = Spaces(tmp_path_factory.mktemp("fleet"), [*good, *BAD])
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def advised(spaces):
    """`fleet advise` over all of them."""
    arguments = ("-i", "inventory", "--out", "out", "--timeout", "20", "--forks", "10")
    return spaces.call("fleet", "advise", *arguments)


def test_the_planted_hosts_and_no_others_are_named_with_what_was_planted(spaces, advised) -> None:
    done = spaces.call("fleet", "outliers", "out/judged", "--json")
    found = json.loads(done.stdout)["comparison"]
    odd = {(one["host"], " ".join(filter(None, one["key"]))) for one in found["odd"]}
    for name, plant in planted().items():
        assert {(name, key) for key in plant.keys} <= odd, (advised.stdout, advised.stderr)
    assert {host for host, _ in odd} == set(planted())


def test_unreachable_slow_and_hostile_hosts_are_named_with_the_reason(spaces, advised) -> None:
    assert advised.returncode == 3
    state = json.loads((spaces.folder / "out" / "fleet.json").read_text())
    assert state["read"] == ["web1", *planted()]
    assert state["missed"].keys() == {"gone", "endless", "slow", "liar"}
    assert state["missed"]["gone"].startswith("unreachable: ")
    assert "4 hosts read, 4 not" in advised.stdout
    assert all(f"not read: {host}: " in advised.stderr for host in state["missed"])
    assert "<script>" not in advised.stdout


def test_a_host_is_named_by_the_inventory_and_nothing_is_left_on_it(spaces, advised) -> None:
    shown = spaces.call("fleet", "show", "out/judged", "web1").stdout
    assert shown.startswith("web1: ")
    assert not any((spaces.folder / "remote").glob("*/*.sh"))


def test_resume_reaches_only_what_is_missing(spaces, advised) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in (spaces.folder / "out").glob("*.tar.gz")}
    limited = ("--limit", "web1,web2,gone", "--timeout", "10")
    done = spaces.call("fleet", "snapshot", "-i", "inventory", "--out", "out", "--resume", *limited)
    assert "0 hosts read, 4 read before, 1 not" in done.stdout, (done.stdout, done.stderr)
    limited = ("--limit", "web*", "--timeout", "10")
    done = spaces.call("fleet", "snapshot", "-i", "inventory", "--out", "out", "--resume", *limited)
    assert (done.returncode, done.stdout) == (0, "out: 0 hosts read, 4 read before, 0 not\n"), done.stderr
    assert {path.name: path.stat().st_mtime_ns for path in (spaces.folder / "out").glob("*.tar.gz")} == before


TINY = """id: memory/tiny
title: Copy
why: Over in a moment.
tool: dmabench
parameters: {kernel: copy, pages: 4k}
metrics: [copy.bytes_per_s]
runtime_s: 0.2
warmup_s: 0.1
"""


def test_runs_come_back_packed_and_are_judged(spaces) -> None:
    work = spaces.folder / "work" / "memory"
    work.mkdir(parents=True)
    (work / "tiny.yaml").write_text(TINY)
    program = ("--program", f"env PYTHONPATH={ROOT} {sys.executable} -m perfadvisor")
    words = ("-i", "inventory", "--limit", "web1,gone", "--out", "runs", "--timeout", "200", *program)
    own = ("memory/tiny", "--workloads", str(work.parent), "--repeats", "3")
    done = spaces.call("fleet", "run", *words, "--", *own)
    assert (done.returncode, done.stdout) == (3, "runs: 1 host measured, 1 not\n"), done.stderr
    assert "not measured: gone: unreachable" in done.stderr
    judged = spaces.call("fleet", "judge", "runs", "--out", "measured")
    assert "1 bundle judged, 0 bad" in judged.stdout, judged.stderr
    assert "memory/tiny@local copy bandwidth: " in spaces.call("fleet", "show", "measured", "web1").stdout


def test_a_limit_without_hosts_and_a_missing_inventory_are_errors(spaces, advised) -> None:
    done = spaces.call("fleet", "snapshot", "-i", "inventory", "--out", "none", "--limit", "db*")
    assert done.returncode == 2 and "ansible-playbook" in done.stderr, (done.stdout, done.stderr)
    done = spaces.call("fleet", "snapshot", "-i", "missing", "--out", "none2")
    assert done.returncode == 2 and "missing: no such inventory" in done.stderr, (done.stdout, done.stderr)
