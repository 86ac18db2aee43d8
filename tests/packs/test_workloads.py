"""Workloads and suites: the shipped ones are good, mistakes are found with their place, misspelt names are guessed."""

import pytest

from perfadvisor.errors import InputError
from perfadvisor.model.workload import Trial
from perfadvisor.packs.problems import PackError
from perfadvisor.packs.suites import load_suites, select
from perfadvisor.packs.workloads import load_workloads
from perfadvisor.tools.catalogue import TOOLS
from perfadvisor.tools.context import Context

GOOD = """\
id: storage/mine
title: Mine
why: Because.
tool: fio
parameters:
  rw: randread
  iodepth: 4
metrics: [read.iops]
"""


@pytest.fixture
def own(tmp_path):
    """A user's own directory of workloads; call with file name and text."""

    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return tmp_path

    return write


def complaints(directory):
    with pytest.raises(PackError) as caught:
        load_workloads([directory])
    return [str(problem).removeprefix(f"{directory}/") for problem in caught.value.problems]


def test_every_shipped_workload_becomes_a_command():
    workloads = load_workloads()
    assert len(workloads) >= 25
    for workload in workloads.values():
        trial = Trial(
            number=1, workload=workload.id, environment="local", repeat=1, position=1, runtime_s=1, warmup_s=1
        )
        argv = TOOLS[workload.tool].command(workload, trial, Context(file="/x"))
        assert all(isinstance(part, str) for part in argv)
        assert workload.device == workload.id.split("/")[0] and workload.why and workload.metrics


def test_every_shipped_suite_has_workloads():
    workloads = load_workloads()
    suites = load_suites(workloads)
    assert {"quick", "storage", "network", "full"} <= set(suites)
    assert set(suites["storage"].workloads) == {name for name in workloads if name.startswith("storage/")}


def test_the_quick_suite_ends_in_about_four_minutes():
    workloads = load_workloads()
    quick = load_suites(workloads)["quick"]
    seconds = sum(workloads[name].runtime_s + workloads[name].warmup_s + 1 for name in quick.workloads)
    assert 150 <= seconds * quick.repeats <= 300


def test_a_user_s_own_workload(own):
    mine = load_workloads([own("storage/mine.yaml", GOOD)])["storage/mine"]
    assert mine.parameters == {"rw": "randread", "iodepth": 4}
    assert (mine.runtime_s, mine.warmup_s, mine.requires) == (8.0, 2.0, ())


def test_mistakes_of_all_files_with_their_places(own):
    own("storage/mine.yaml", GOOD.replace("iodepth: 4", "iodpth: 4").replace("randread", "random"))
    own("storage/other.yaml", GOOD)
    own("storage/tool.yaml", GOOD.replace("mine", "tool").replace("tool: fio", "tool: foi"))
    directory = own("storage/key.yaml", GOOD.replace("mine", "key").replace("title", "titel"))
    assert complaints(directory) == [
        "storage/key.yaml:1:1: `title` is missing",
        "storage/key.yaml:2:1: unknown key `titel` (did you mean `title`?)",
        "storage/mine.yaml:6:7: `rw` should be one of read, write, randread, randwrite, rw, randrw, not 'random'",
        "storage/mine.yaml:7:11: unknown parameter `iodpth` (did you mean `iodepth`?)",
        "storage/other.yaml:1:5: `id` should be `storage/other`, as the file's place says",
        f"storage/tool.yaml:4:7: unknown tool `foi` (did you mean `fio`?); known are {', '.join(TOOLS)}",
    ]


def test_fio_s_own_names_are_translated(own):
    text = GOOD.replace("rw: randread", "readwrite: randread").replace(
        "iodepth: 4", "bs: 16k\n  ioengine: libaio\n  fixedbufs: 1"
    )
    mine = load_workloads([own("storage/mine.yaml", text)])["storage/mine"]
    assert mine.parameters == {"rw": "randread", "block_size_bytes": 16384, "engine": "libaio", "fixed_buffers": True}


def test_mistakes_under_fio_s_own_names_and_metrics_that_no_tool_can_give(own):
    text = GOOD.replace("iodepth: 4", "bs: 4096\n  blocksize: 8q").replace(
        "read.iops", "read.iops, read.lat_p999, read.clat"
    )
    assert complaints(own("storage/mine.yaml", text)) == [
        "storage/mine.yaml:8:3: `blocksize` and `bs` are the same",
        "storage/mine.yaml:8:14: `block_size_bytes` should be a whole number, not '8q'",
        "storage/mine.yaml:9:37: unknown metric `read.clat` (did you mean `read.clat_p99`?)",
    ]


def test_a_workload_outside_a_device_folder(own):
    directory = own("mine.yaml", GOOD.replace("storage/mine", "mine"))
    assert "in a directory named after its device" in complaints(directory)[0]


def test_a_name_that_is_taken(own):
    directory = own("network/tcp-stream.yaml", GOOD.replace("storage/mine", "network/tcp-stream"))
    assert "already defined in" in complaints(directory)[0]


def test_suites_of_one_s_own(own):
    own("storage/mine.yaml", GOOD)
    directory = own("suites/my.yaml", "id: my\ntitle: My\nworkloads: ['*/mine', 'network/tcp-s*']\nrepeats: 3\n")
    workloads = load_workloads([directory])
    suite = load_suites(workloads, [directory])["my"]
    assert suite.workloads[0] == "storage/mine" and "network/tcp-stream-8" in suite.workloads and suite.repeats == 3


def test_a_suite_that_names_what_is_not_there(own):
    directory = own("suites/my.yaml", "id: your\ntitle: My\nworkloads: [network/tcp-strem]\n")
    with pytest.raises(PackError) as caught:
        load_suites(load_workloads(), [directory])
    assert [str(problem).removeprefix(f"{directory}/") for problem in caught.value.problems] == [
        "suites/my.yaml:1:5: `id` should be `my`, as the file's name says",
        "suites/my.yaml:3:13: no workload is called `network/tcp-strem` (did you mean `network/tcp-stream`?)",
    ]


def test_selecting_by_suite_workload_and_pattern():
    workloads = load_workloads()
    suites = load_suites(workloads)
    found = [workload.id for workload in select(["network/udp-*", "dma", "network/udp-1g"], workloads, suites)]
    assert found[:2] == ["network/udp-1g", "network/udp-max"] and len(found) == 2 + len(suites["dma"].workloads)


@pytest.mark.parametrize(("name", "near"), [("quik", "quick"), ("storage/randread-4k-qd3", "storage/randread-4k-qd32")])
def test_an_unknown_name_gets_the_nearest(name, near):
    workloads = load_workloads()
    with pytest.raises(InputError, match=f"`{name}`.*did you mean `{near}`") as caught:
        select([name], workloads, load_suites(workloads))
    assert caught.value.exit_code == 2


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache directory, one workload and one suite of it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("perfadvisor.packs.locate.shipped", lambda kind: tmp_path / "shipped")
    (tmp_path / "shipped/storage").mkdir(parents=True)
    (tmp_path / "shipped/suites").mkdir()
    (tmp_path / "shipped/storage/a.yaml").write_text(
        "{id: storage/a, title: A, why: b, tool: fio, parameters: {rw: read, direct: true}, metrics: [read.iops]}"
    )
    (tmp_path / "shipped/suites/s.yaml").write_text("{id: s, title: S, workloads: [storage/*]}")
    return tmp_path / "cache"


def both():
    workloads = load_workloads()
    return workloads, load_suites(workloads)


def test_what_is_kept_is_what_was_read(cache, monkeypatch):
    read = both()
    assert len(list(cache.rglob("*.json"))) == 2
    monkeypatch.setattr("perfadvisor.packs.workload_reader.read_workloads", None)  # not called any more
    monkeypatch.setattr("perfadvisor.packs.suite_reader.read_suites", None)
    assert both() == read


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b'[{"id": "x"}]', b"\xff", b"null", b"[" * 100_000, b"{}"])
def test_a_damaged_cache_is_read_over(cache, damage):
    read = both()
    for file in cache.rglob("*.json"):
        file.write_bytes(damage)
    assert both() == read


def test_a_change_is_seen_at_once(cache):
    file = cache.parent / "shipped/storage/a.yaml"
    both()
    file.write_text(file.read_text().replace("title: A", "title: B"))
    assert both()[0]["storage/a"].title == "B"
    (cache.parent / "shipped/storage/b.yaml").write_text(file.read_text().replace("storage/a", "storage/b"))
    assert both()[1]["s"].workloads == ("storage/a", "storage/b")


def test_mistakes_are_never_kept(cache):
    file = cache.parent / "shipped/storage/a.yaml"
    file.write_text(file.read_text().replace("fio", "foi"))
    for _ in range(2):
        with pytest.raises(PackError, match="did you mean `fio`"):
            load_workloads()
