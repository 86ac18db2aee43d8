"""The program itself, run for real at small sizes."""

import ctypes
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from perfadvisor.targets.here import dmabench_build as build
from perfadvisor.tools import dmabench

pytestmark = pytest.mark.tools

LOOPS = ("copy", "read", "write", "triad")
VECTORS, WAYS = ("avx512", "avx2", "sse2"), ("", "-paged", "-cached", "-cached-paged")
INSTRUCTIONS = (*(vector + way for vector in VECTORS for way in WAYS), "plain", "plain-paged")
SHORT = ("--seconds=0.05", "--warmup=0.01")
ONE_SWEEP_BYTES = {"copy": 2, "read": 1, "write": 1, "triad": 3}
PR_SET_THP_DISABLE = 41


@pytest.mark.parametrize("kernel", LOOPS)
@pytest.mark.parametrize("instructions", INSTRUCTIONS)
def test_every_loop_is_clean_and_right(sanitized, call, kernel, instructions):
    code, found, errors = call(sanitized, kernel, "--size=260K", *SHORT, f"--instructions={instructions}")
    assert errors == ""
    if not found["measured"]:
        assert (code, found["reason"]) == (3, f"this CPU or build has no `{instructions}` instructions")
        assert not instructions.startswith("plain")
        return
    assert (code, found["verified"], found["instructions"]) == (0, True, instructions)
    cached = "cached" in instructions or instructions.startswith("plain")
    assert found["non_temporal"] is (not cached and kernel != "read")
    assert found["array_bytes"] == 260 << 10


@pytest.mark.parametrize("kernel", LOOPS)
def test_the_fastest_loop_here_is_found(sanitized, call, kernel):
    """Parts of arrays larger than a part, by two threads where there are two CPUs."""
    code, found, errors = call(sanitized, kernel, "--size=40M", *SHORT)
    assert (code, found["verified"], errors) == (0, True, "")
    assert found["instructions"] in INSTRUCTIONS
    assert found["instructions_tried"] in (2, 6, 10, 14)


@pytest.mark.parametrize(
    "words",
    [
        ("chase", "--size=1M", *SHORT),
        ("chase", "--size=5M", "--pages=thp", *SHORT),
        ("copy", "--size=5M", "--pages=thp", *SHORT),
        ("copy", "--size=16K", "--threads=1", *SHORT),
        ("pin", "--sizes=16K,3M", "--pages=4k,thp", "--repeats=2"),
    ],
)
def test_everything_else_is_clean(sanitized, call, words):
    code, found, errors = call(sanitized, *words)
    assert (code, errors, found["measured"]) == (0, "", True)


@pytest.mark.parametrize("kernel", (*LOOPS, "chase"))
def test_the_parser_reads_what_it_prints(program, kernel):
    done = subprocess.run([program, kernel, "--size=4M", *SHORT], capture_output=True, check=True)
    output = dmabench.parse(done.stdout, done.stderr, done.returncode)
    assert output.error == ""
    assert [sample.metric for sample in output.samples] == ["chase" if kernel == "chase" else f"{kernel}.bytes_per_s"]
    assert output.details["cpu_node"] == output.details["memory_node"]
    assert output.details["page_size_bytes"] == 4096


@pytest.mark.parametrize("kernel", LOOPS)
def test_bytes_are_counted_as_stream_does(program, call, kernel):
    """The rate times the time of a sweep are the bytes of the arrays: neither half nor double."""
    code, found, _ = call(program, kernel, "--size=32M", "--seconds=0.3", "--warmup=0", "--threads=1")
    rounds, rate = len(found["bytes_per_s"]["values"]), found["bytes_per_s"]["median"]
    seconds = rounds * found["sweeps_per_round"] * ONE_SWEEP_BYTES[kernel] * (32 << 20) / rate
    assert code == 0
    assert 0.15 < seconds < 0.9, f"{seconds} s of work in 0.3 s"


def test_latency_is_that_of_dependent_loads(program, call):
    """Out of memory a load takes tens of nanoseconds; in the first-level cache a few."""
    _, far, _ = call(program, "chase", "--size=128M", "--seconds=0.2")
    _, near, _ = call(program, "chase", "--size=16K", "--seconds=0.05")
    assert 20 < far["load_ns"]["median"] < 2000
    assert 0.3 < near["load_ns"]["min"] < 10
    assert far["load_ns"]["median"] > 5 * near["load_ns"]["min"]


def test_transparent_huge_pages_are_really_there(program, call):
    setting = Path("/sys/kernel/mm/transparent_hugepage/enabled").read_text()
    code, found, _ = call(program, "copy", "--pages=thp", "--size=8M", *SHORT)
    if "[never]" in setting:
        assert (code, found["measured"]) == (3, False)
        return
    assert (code, found["page_size_bytes"]) == (0, 2 << 20)
    assert found["transparent_huge_bytes"] >= 0.9 * found["mapped_bytes"]


def test_transparent_huge_pages_that_did_not_come_are_told(program, call):
    def without():
        ctypes.CDLL(None).prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0)

    code, found, _ = call(program, "copy", "--pages=thp", "--size=8M", *SHORT, preexec_fn=without)
    assert (code, found["reason"]) == (3, "only 0 % of the memory came as transparent huge pages")


@pytest.fixture
def some_huge_pages():
    """Lets the kernel make 2 MiB pages when they are asked for."""
    setting = Path("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_overcommit_hugepages")
    if not os.access(setting, os.W_OK):
        pytest.skip("needs root, to allow huge pages for a moment")
    before = setting.read_text()
    setting.write_text(str(int(before) + 16))
    yield 16
    setting.write_text(before)


@pytest.mark.parametrize("words", [("triad", "--size=4M", *SHORT), ("chase", "--size=4M", *SHORT)])
def test_reserved_huge_pages(sanitized, call, some_huge_pages, words):
    code, found, errors = call(sanitized, *words, "--pages=2m")
    assert (code, errors) == (0, "")
    assert (found["page_size_bytes"], found["kernel_page_bytes"]) == (2 << 20, 2 << 20)
    parameters = {"kernel": words[0], "pages": "2m", "size_bytes": 4 << 20}
    assert (2 << 20, found["mapped_bytes"] >> 21) == dmabench.huge_pages(parameters)


def test_huge_pages_are_given_back(program, call, some_huge_pages):
    pool = Path("/sys/kernel/mm/hugepages/hugepages-2048kB/surplus_hugepages")
    before = pool.read_text()
    assert call(program, "pin", "--pages=2m", "--sizes=8M", "--repeats=2")[0] == 0
    assert pool.read_text() == before


def test_huge_pages_that_are_missing_are_told(program, call):
    code, found, _ = call(program, "copy", "--pages=1g", "--size=1000G")
    assert (code, found["measured"]) == (3, False)
    assert "needs 2001 free pages of 1 GiB on node 0" in found["reason"] or "no 1 GiB pages" in found["reason"]


def test_huge_pages_rounds_up_as_the_parser_says(program, call):
    _, found, _ = call(program, "triad", "--pages=2m", "--size=100G")
    _, count = dmabench.huge_pages({"kernel": "triad", "pages": "2m", "size_bytes": 100 << 30})
    assert found["reason"].startswith(f"needs {count} free pages of 2 MiB")


def test_it_never_takes_more_than_its_share(program, call):
    code, found, _ = call(program, "copy", "--size=1000G")
    assert (code, found["measured"]) == (3, False)
    assert found["reason"].startswith("needs 2048000 MiB, and 50 % of the memory available on node 0 are ")


@pytest.fixture
def small_group(tmp_path):
    """A memory control group of 96 MiB, and how a child enters it."""
    unified = Path("/sys/fs/cgroup/cgroup.controllers").exists()
    root, limit = Path("/sys/fs/cgroup" if unified else "/sys/fs/cgroup/memory"), "memory.max"
    group = root / f"perfadvisor-test-{os.getpid()}"
    try:
        group.mkdir()
        (group / (limit if unified else "memory.limit_in_bytes")).write_text(str(96 << 20))
    except OSError as error:
        if group.exists():
            group.rmdir()
        pytest.skip(f"no memory control group can be made here: {error}")
    yield lambda: (group / "cgroup.procs").write_text(str(os.getpid()))
    group.rmdir()


def test_it_lives_within_a_control_group(program, call, small_group):
    code, found, _ = call(program, "copy", "--size=64M", preexec_fn=small_group)
    assert (code, found["measured"]) == (3, False), "64 MiB twice do not fit into 96"
    assert found["reason"].startswith("needs 128 MiB, and 50 % of the memory available on node 0 are 4")
    code, found, _ = call(program, "copy", "--size=20M", *SHORT, preexec_fn=small_group)
    assert (code, found["measured"]) == (0, True)


def test_the_size_is_chosen_by_caches_and_limits(program, call):
    _, found, _ = call(program, "read", *SHORT)
    if found["measured"]:
        assert found["array_bytes"] >= 4 * found["last_level_cache_bytes"]
        assert found["array_bytes"] <= max(256 << 20, 4 * found["last_level_cache_bytes"])


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ((), "usage: dmabench COMMAND"),
        (("nope",), "unknown command `nope`"),
        (("copy", "--sise=1M"), "unknown option `--sise=1M`"),
        (("copy", "x"), "unknown option `x`"),
        (("copy", "--group=1"), "unknown option `--group=1`"),
        (("copy", "--size"), "--size needs a value"),
        (("copy", "--size="), "--size cannot be ``"),
        (("copy", "--size=15K"), "--size cannot be `15K`"),
        (("copy", "--size=2000G"), "--size cannot be `2000G`"),
        (("copy", "--pages=4k,thp"), "--pages cannot be `4k,thp`"),
        (("copy", "--seconds=nan"), "--seconds cannot be `nan`"),
        (("copy", "--seconds=-1"), "--seconds cannot be `-1`"),
        (("copy", "--seconds=1e9"), "--seconds cannot be `1e9`"),
        (("copy", "--threads=-1"), "--threads cannot be `-1`"),
        (("copy", "--cpu-node=1024"), "--cpu-node cannot be `1024`"),
        (("copy", "--memory-share=1"), "--memory-share cannot be `1`"),
        (("pin", "--sizes=1M,"), "--sizes cannot be `1M,`"),
        (("pin", "--sizes=" + "1M," * 16 + "1M"), "--sizes cannot be"),
        (("pin", "--pages=" + "4k," * 4 + "4k"), "--pages cannot be"),
        (("pin", "--pages=" + "x" * 5000), "--pages cannot be"),
        (("pin", "--repeats=0"), "--repeats cannot be `0`"),
        (("map",), "--group is missing"),
        (("map", "--group=5", "--device=1:0.0"), "--device cannot be `1:0.0`"),
        (("map", "--group=5", "--iova=0x1001"), "--iova cannot be `0x1001`"),
        (("edu", "--group=5"), "--device is missing"),
    ],
)
def test_usage(sanitized, call, words, complaint):
    code, found, errors = call(sanitized, *words)
    assert (code, found) == (2, None)
    assert complaint in errors


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("copy", "--cpu-node=1023"), "this machine has no node 1023"),
        (("copy", "--memory-node=1023", "--size=1M"), "this machine has no node 1023"),
        (("copy", "--threads=8192"), "8192 threads need as many CPUs"),
        (("map", "--group=1048576"), "/dev/vfio/"),
        (("edu", "--group=1048576", "--device=0000:01:00.0"), "/dev/vfio/"),
    ],
)
def test_what_is_not_there(sanitized, call, words, reason):
    code, found, errors = call(sanitized, *words)
    assert (code, found["measured"], errors) == (3, False, "")
    assert reason in found["reason"]


@pytest.mark.parametrize("words", [("--help",), ("-h",), ("copy", "--help"), ("map", "--help"), ("--version",)])
def test_help(sanitized, words):
    done = subprocess.run([sanitized, *words], capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stderr) == (0, "")
    assert "dmabench" in done.stdout


def test_a_full_disk_is_noticed(program):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([program, "copy", "--cpu-node=1023"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 3
    assert "No space left on device" in done.stderr


BROKEN_LOOPS = (
    ("store(target + i + k, load(a + i + k));", "store(target + i + k, load(a + i));"),  # copy
    ("load(a + i + k) + factor", "load(a + i) + factor"),  # triad
    ("sums[2] += load(a + i + k + 2 * (width));", "sums[2] += sums[1];"),  # read
    ("store(target + i + k, value);", "store(target + i, value);"),  # write
)


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """dmabench with a mistake in every loop."""
    folder = tmp_path_factory.mktemp("broken")
    for file in build.sources()[0].parent.glob("*.[ch]"):
        text = file.read_text()
        for right, wrong in BROKEN_LOOPS if file.name == "kernels.c" else ():
            assert right in text
            text = text.replace(right, wrong)
        (folder / file.name).write_text(text)
    made = folder / "dmabench"
    subprocess.run([shutil.which("cc"), "-O1", "-std=c11", "-pthread", "-o", made, *folder.glob("*.c")], check=True)
    return made


@pytest.mark.parametrize("kernel", LOOPS)
def test_a_wrong_result_is_found(broken, call, kernel):
    code, found, _ = call(broken, kernel, "--size=1M", *SHORT)
    assert (code, found["verified"]) == (1, False)
    assert found["wrong"] > 0


@pytest.mark.skipif(os.cpu_count() == 1, reason="needs two CPUs")
def test_threads_stay_on_the_cpus_they_may_use(program, call):
    allowed = min(os.sched_getaffinity(0))
    _, found, _ = call(program, "copy", "--size=1M", *SHORT, preexec_fn=lambda: os.sched_setaffinity(0, {allowed}))
    assert found["threads"] == 1


@pytest.mark.parametrize("kernel", LOOPS)
def test_every_core_of_all_nodes_works_on_its_own_part(sanitized, call, kernel):
    code, found, errors = call(sanitized, kernel, "--size=5M", "--cpu-node=all", *SHORT)
    assert (code, found["verified"], errors) == (0, True, "")
    assert (found["nodes"], found["threads"], found["node_share"]) == ("all", cores(), 1)
    assert "cpu_node" not in found


def test_parts_of_one_node_cannot_lie_on_another(program, call):
    code, _, errors = call(program, "copy", "--cpu-node=all", "--memory-node=0")
    assert (code, "--memory-node cannot be given" in errors) == (2, True)
    code, found, _ = call(program, "copy", "--cpu-node=all", "--threads=8192")
    assert (code, found["reason"]) == (3, f"8192 threads need as many cores, this process may use {cores()}")


def cores() -> int:
    """Those whose CPUs this process may use."""
    files = (f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list" for cpu in os.sched_getaffinity(0))
    return len({Path(file).read_text() for file in files})


def test_latency_beside_threads_that_read(sanitized, call):
    code, found, errors = call(sanitized, "chase", "--size=5M", "--load=rest", *SHORT)
    if cores() < 2:
        assert (code, found["reason"]) == (3, "load needs other cores: 1 asked for, node 0 has 0 for this process")
        return
    assert (code, found["verified"], errors) == (0, True, "")
    assert found["load_threads"] >= 1
    assert found["load_bytes_per_s"] > 0
    parsed = dmabench.parse(json.dumps(found).encode())
    assert [sample.metric for sample in parsed.samples] == ["chase", "load.bytes_per_s"]
    code, found, _ = call(sanitized, "chase", "--load=8191", *SHORT)
    assert code == 3 and found["reason"].startswith("load needs other cores: 8191 asked for")
