"""Network tests on one machine: a real cable between two namespaces, gone with us however we go."""

import os
import re
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.facts.trial import counters
from perfadvisor.model.result import IoPath
from perfadvisor.model.tree import Tree
from perfadvisor.targets.base import OWN_NETWORK, Command
from perfadvisor.targets.here import namespaces, network
from perfadvisor.targets.here.capture import capture
from perfadvisor.targets.here.listening import listening_ports, wait_until_listening
from perfadvisor.targets.here.process import run, serve


def net_namespaces() -> set[str]:
    """The network namespaces that any process lives in."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.joinpath("stat").read_text().rpartition(")")[2].split()[0] != "Z":
                found.add(str((process / "ns/net").readlink()))
        except OSError:
            pass
    return found


def wait_until(condition, seconds: float = 2.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not condition():
        time.sleep(0.02)
    return bool(condition())


@pytest.fixture
def link():
    found = network.local_link()
    yield found
    found.close()


def command(*argv: str) -> Command:
    return Command(argv=argv, timeout_s=30)


@pytest.mark.tools
def test_a_client_reaches_a_server_over_the_cable(link) -> None:
    if not link.client:
        pytest.skip("no network namespace can be made here")
    before = Path("/proc/net/dev").read_text().count("perf")
    server = link.serve(("iperf3", "--server", "--one-off", f"--bind={link.bind}", f"--port={link.port}"))
    done = run(command(*link.client, "iperf3", f"--client={link.host}", "--time=1", "--json"))
    assert done.returncode == 0, done.stdout
    assert re.search(rb'"bits_per_second":\s*[0-9.e+]+', done.stdout)
    assert server.wait(5), "one test, then it ends by itself"
    assert server.stop().returncode == 0
    assert before == 0, "nothing appears among the host's own interfaces"
    assert Path("/proc/net/dev").read_text().count("perf") == 0
    assert "no NIC was crossed" in link.note


def test_closing_takes_the_namespaces_away() -> None:
    before = net_namespaces()
    link = network.local_link()
    if not link.client:
        pytest.skip("no network namespace can be made here")
    assert len(net_namespaces() - before) == 2
    link.close()
    assert wait_until(lambda: not net_namespaces() - before)


BUILDS = """
import time
from perfadvisor.targets.here import namespaces
pair = namespaces.build()
print(pair.server_pid, *pair.client, flush=True)
time.sleep(60)
"""


def leaves_nothing(python: tuple[str, ...], *, user: bool) -> None:
    before = net_namespaces()
    victim = subprocess.Popen(
        [*python, "-c", BUILDS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/"
    )
    said = victim.stdout.readline()
    if not said:
        why = victim.communicate()[1]
        pytest.skip(f"no network namespace can be made here: {why.splitlines()[-1]}")
    assert ("--user" in said) is user
    assert len(net_namespaces() - before) == 2
    victim.kill()
    victim.communicate()
    assert wait_until(lambda: not net_namespaces() - before)


def test_sigkill_leaves_neither_namespace_nor_process() -> None:
    leaves_nothing((sys.executable,), user=os.geteuid() != 0)


def test_sigkill_leaves_nothing_of_an_ordinary_user_either(as_nobody) -> None:
    leaves_nothing(as_nobody, user=True)


def test_without_namespaces_it_is_loopback_and_says_so(monkeypatch) -> None:
    def refuse():
        raise MeasureError("no network namespace can be made here")

    monkeypatch.setattr(namespaces, "build", refuse)
    link = network.local_link()
    assert (link.client, link.host) == ((), "127.0.0.1")
    assert "no NIC was crossed" in link.note
    assert "loopback" in link.note
    code = f"import socket,time; s=socket.socket(); s.bind(('127.0.0.1', {link.port})); s.listen(); time.sleep(60)"
    link.serve((sys.executable, "-c", code)).stop()


def test_a_server_that_does_not_start_tells_why() -> None:
    server = serve(command(sys.executable, "-c", "import sys; sys.exit('address in use')"))
    with pytest.raises(MeasureError, match="never listened on port 4242: address in use"):
        wait_until_listening(server, 4242)


def test_listening_ports_are_read_in_hexadecimal(tmp_path) -> None:
    table = tmp_path / "tcp"
    table.write_text(
        "  sl  local_address rem_address   st tx_queue\n"
        "   0: 0100007F:1451 00000000:0000 0A 0:0\n"
        "   1: 0100007F:0050 00000000:0000 01 0:0\n"
        "   2: torn\n"
    )
    assert listening_ports(table) == {5201}
    assert listening_ports(tmp_path / "none") == set()


def test_segments_sent_again_are_counted_where_the_client_runs(link) -> None:
    """Nobody answers: the kernel sends the first segment of a connection again after a second."""
    if not link.client:
        pytest.skip("no network namespace can be made here")
    assert link.counted_at != OWN_NETWORK
    nobody = "import socket; socket.create_connection(('169.254.77.2', 9), timeout=1.4)"
    quiet = command(*link.client, "ip", "neigh", "replace", link.host, "lladdr", "02:00:00:00:00:09", "dev", "perf0")
    assert run(quiet).returncode == 0
    read = partial(capture, counters.patterns(IoPath(), Tree({}), link.counted_at))
    before = read()
    assert run(command(*link.client, sys.executable, "-c", nobody)).returncode != 0
    known = {"seconds": 2.0, "path": IoPath(), "machine": Tree({})}
    assert counters.deltas(before, read(), network=link.counted_at, **known)["tcp.retransmits"] == 1
    assert "tcp.retransmits" not in counters.deltas(before, read(), **known)
