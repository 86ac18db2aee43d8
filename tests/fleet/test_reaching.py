"""Real Ansible over real sshds in namespaces: planted hosts are named, and bad ones do the others no harm."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.spaces import SSHD, SpaceHost, Spaces

pytestmark = pytest.mark.slow

QUOTA = (
    "mkdir -p /sys/fs/cgroup/cpu/$2-pa && echo 50000 >/sys/fs/cgroup/cpu/$2-pa/cpu.cfs_quota_us"
    " && echo 1 >/sys/fs/cgroup/cpu/$2-pa/tasks || { mkdir -p /sys/fs/cgroup/$2-pa"
    " && echo '50000 100000' >/sys/fs/cgroup/$2-pa/cpu.max && echo 1 >/sys/fs/cgroup/$2-pa/cgroup.procs; }"
)
# sftp works, so that Ansible gets as far as running the script.
ANSWERS = 'case "$SSH_ORIGINAL_COMMAND" in *.sh*) %s;; *) exec sh -c "$SSH_ORIGINAL_COMMAND";; esac'
PLANTED = {
    "web2": ("sysctl -qw net.core.somaxconn=16", ("network.somaxconn", "sysctl.value net.core.somaxconn")),
    "web3": ("tc qdisc add dev eth0 root tbf rate 200mbit burst 64kb latency 50ms", ("nic.shaped_bits_per_s eth0",)),
    "web4": ("sysctl -qw net.ipv4.tcp_rmem='4096 16384 65536'", ("network.tcp_rmem_max_bytes",)),
}
HOSTS = [
    SpaceHost("web1"),
    *(SpaceHost(name, plant) for name, (plant, _) in PLANTED.items()),
    SpaceHost("endless", forced=ANSWERS % "exec yes '<script>alert(1)</script>'"),
    SpaceHost("slow", forced=ANSWERS % "sleep 600"),
    SpaceHost("liar", forced=ANSWERS % "echo plain; echo 99999999999; printf 'F\\t/etc/shadow\\n=TEXT=\\n'"),
]


@pytest.fixture(scope="module")
def spaces(tmp_path_factory) -> Iterator[Spaces]:
    if os.geteuid() != 0 or not Path(SSHD).exists() or not shutil.which("ssh"):
        pytest.skip("openssh-server and root are needed for real hosts")
    made = Spaces(tmp_path_factory.mktemp("fleet"), HOSTS)
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
    for name, (_, keys) in PLANTED.items():
        assert {(name, key) for key in keys} <= odd, (advised.stdout, advised.stderr)
    assert {host for host, _ in odd} == set(PLANTED)


def test_unreachable_slow_and_hostile_hosts_are_named_with_the_reason(spaces, advised) -> None:
    assert advised.returncode == 3
    state = json.loads((spaces.folder / "out" / "fleet.json").read_text())
    assert state["read"] == ["web1", *PLANTED]
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


def test_a_limit_without_hosts_and_a_missing_inventory_are_errors(spaces, advised) -> None:
    done = spaces.call("fleet", "snapshot", "-i", "inventory", "--out", "none", "--limit", "db*")
    assert done.returncode == 2 and "ansible-playbook" in done.stderr, (done.stdout, done.stderr)
    done = spaces.call("fleet", "snapshot", "-i", "missing", "--out", "none2")
    assert done.returncode == 2 and "missing: no such inventory" in done.stderr, (done.stdout, done.stderr)
