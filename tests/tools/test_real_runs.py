"""The command lines really run, and what they print is understood: fio and iperf3 for a second each."""

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from perfadvisor.expand import expand
from perfadvisor.model.workload import Trial
from perfadvisor.packs.workloads import load_workloads
from perfadvisor.tools.catalogue import TOOLS
from perfadvisor.tools.context import Context

pytestmark = pytest.mark.tools

SIZE = 8 * 2**20


@pytest.fixture
def tool(request):
    """The tool of the test's parameter, or a skip that says so."""
    name = request.param
    if not shutil.which(TOOLS[name].PROGRAM.name):
        pytest.skip(f"{name} is not installed")
    return TOOLS[name]


@pytest.fixture
def on_disk(tmp_path):
    """A directory that takes O_DIRECT; /tmp may be a tmpfs, which older kernels refuse it on."""
    path = Path("/var/tmp") / f"perfadvisor-test-{tmp_path.name}-{time.monotonic_ns()}"
    path.mkdir()
    yield path
    shutil.rmtree(path)


def listening(port):
    wanted = f":{port:04X} "
    return any(wanted in line and " 0A " in line for line in Path("/proc/net/tcp").read_text().splitlines()) or any(
        wanted in line and " 0A " in line for line in Path("/proc/net/tcp6").read_text().splitlines()
    )


def serve(argv, port):
    server = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 10
    while not listening(port) and time.monotonic() < deadline:
        time.sleep(0.02)
    return server


def trial_of(workload, seconds=1.0):
    return Trial(
        number=1,
        workload=workload.id,
        environment="local",
        repeat=1,
        position=1,
        runtime_s=seconds,
        warmup_s=0.0,
        parameters=workload.parameters,
    )


def run(tool, workload, context):
    done = subprocess.run(tool.command(workload, trial_of(workload), context), capture_output=True, timeout=60)
    return tool.parse(done.stdout, done.stderr, done.returncode)


@pytest.mark.parametrize("tool", ["fio"], indirect=True)
@pytest.mark.parametrize(
    "name", ["storage/randread-4k-qd32-libaio", "storage/randwrite-4k-fdatasync", "storage/randrw-4k-70-30-qd32"]
)
def test_storage(tool, name, on_disk):
    workload = load_workloads()[name]
    context = Context(file=str(on_disk / "da:ta"), size_bytes=SIZE)
    subprocess.run(tool.prepare(workload, context), check=True, capture_output=True, timeout=60)
    laid_out = (on_disk / "da:ta").stat()
    assert laid_out.st_size == SIZE and laid_out.st_blocks * 512 >= SIZE
    assert len(set((on_disk / "da:ta").read_bytes()[:4096])) > 200  # random, not zeros
    output = run(tool, workload, context)
    if "doesn't support io_uring" in output.error or "Operation not permitted" in output.error:
        pytest.skip(f"no io_uring here: {output.error}")
    assert output.error == ""
    found = {sample.metric for sample in output.samples}
    assert set(workload.metrics) <= found
    after = (on_disk / "da:ta").stat()
    assert (after.st_ino, after.st_size) == (laid_out.st_ino, SIZE)  # written in place


@pytest.mark.parametrize("tool", ["fio"], indirect=True)
def test_buffers_on_a_node(tool, on_disk):
    [workload] = expand([load_workloads()["dma/read-4k-pages"]])
    context = Context(file=str(on_disk / "data"), size_bytes=SIZE)
    subprocess.run(tool.prepare(workload, context), check=True, capture_output=True, timeout=60)
    output = run(tool, workload, context)
    if output.error:
        pytest.skip(f"buffers cannot be bound here: {output.error}")
    assert output.details["memory_node"] == 0 and output.details["cpu_node"] == 0


@pytest.mark.parametrize("tool", ["fio"], indirect=True)
def test_a_missing_file_is_an_error_and_stays_missing(tool, on_disk):
    workload = load_workloads()["storage/randread-4k-qd32-libaio"]
    output = run(tool, workload, Context(file=str(on_disk / "none"), size_bytes=SIZE))
    assert "No such file" in output.error and not (on_disk / "none").exists()


@pytest.mark.parametrize(
    ("tool", "name", "port"),
    [
        ("fio", "network/tcp-rr-64", 47811),
        ("iperf3", "network/tcp-stream", 47812),
        ("iperf3", "network/tcp-reverse", 47813),
        ("iperf3", "network/udp-1g", 47814),
        ("iperf3", "network/tcp-zerocopy", 47815),
    ],
    indirect=["tool"],
)
def test_network(tool, name, port):
    workload = load_workloads()[name]
    context = Context(port=port)
    server = serve(tool.server(workload, context), port)
    try:
        output = run(tool, workload, context)
        assert output.error == ""
        found = {sample.metric for sample in output.samples}
        assert set(workload.metrics) - {"rtt_mean"} <= found
        server.wait(timeout=10)  # ends by itself, with its client
    finally:
        server.kill()
        server.wait()


@pytest.mark.parametrize("tool", ["iperf3"], indirect=True)
def test_no_server_is_an_error(tool):
    output = run(tool, load_workloads()["network/tcp-stream"], Context(port=47819))
    assert "refused" in output.error
