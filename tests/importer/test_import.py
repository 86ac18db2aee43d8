"""Results people already have become a run: repeats together, unlike ones apart, and unreadable files named."""

import json
import random
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

from perfadvisor import bundle
from perfadvisor.errors import InputError
from perfadvisor.importer import import_files
from perfadvisor.importer.naming import workload_ids
from perfadvisor.importer.pieces import configurations_in
from perfadvisor.model.result import TrialState, Trust
from perfadvisor.tools import jsontext


@pytest.fixture
def results(tmp_path, data):
    """Copies of files written here under other names: call with (new name, folder, name, change of the text)."""

    def copy(name, folder, original, change=lambda text: text):
        path = tmp_path / name
        path.write_text(change((data / folder / original).read_text()))
        return path

    return copy


def later(seconds):
    """The same file, written later."""

    def change(text):
        document = json.loads(text)
        if "timestamp_ms" in document:
            document["timestamp_ms"] += seconds * 1000
        else:
            document["start"]["timestamp"]["timesecs"] += seconds
        return json.dumps(document)

    return change


def test_repeats_are_one_workload_in_the_order_they_ran(results, tmp_path):
    files = [
        results("second.json", "fio", "randread-qd32.json", later(60)),
        results("first.json", "fio", "randread-qd32.json"),
        results("net.json", "iperf3", "tcp-4.json"),
    ]
    import_files(files, tmp_path / "run")
    run = bundle.load(tmp_path / "run")
    assert run.state == "complete" and run.versions["fio"] == "3.33" and run.versions["iperf3"] == "3.12"
    fio_id, iperf3_id = run.workloads
    assert fio_id.startswith("imported/fio-randread-4k-qd32-io-uring") and iperf3_id.startswith(
        "imported/iperf3-tcp-4-flows-at-20-mbit"
    )
    assert [(result.trial.workload, result.trial.repeat) for result in run.results] == [
        (fio_id, 1),
        (fio_id, 2),
        (iperf3_id, 1),
    ]
    assert run.results[1].started - run.results[0].started == pytest.approx(60)
    assert all(result.state is TrialState.DONE for result in run.results)
    assert bundle.evidence(tmp_path / "run", 1).stdout == files[1].read_bytes()


def test_what_was_run_is_told(results, tmp_path):
    run = import_files([results("a.json", "fio", "randrw-70-30.json")], tmp_path / "run")
    [workload] = run.workloads.values()
    assert workload.tool == "fio" and workload.device == "storage" and workload.metrics[0] == "read.iops"
    assert len(set(workload.metrics)) == len(workload.metrics)
    expected = {"rw": "randrw", "read_percent": 70, "block_size_bytes": 4096, "iodepth": 32, "engine": "io_uring"}
    assert {name: workload.parameters[name] for name in expected} == expected
    assert "70-percent-reads" in workload.id


@pytest.mark.parametrize(
    ("name", "metrics"),
    [
        ("randread-qd1-both.json", ("read.lat_p50", "read.iops", "read.lat_p99")),
        ("randread-qd32.json", ("read.iops", "read.clat_p50", "read.clat_p99", "read.bytes_per_s")),
    ],
)
def test_total_latency_judges_where_the_file_has_it(data, tmp_path, name, metrics):
    [workload] = import_files([data / "fio" / name], tmp_path / "run").workloads.values()
    assert workload.metrics[:3] == metrics[:3]


def test_unlike_jobs_of_a_file_stay_apart(data):
    found = configurations_in((data / "fio" / "two-configurations.json").read_bytes(), "f")
    assert [(one.label, one.beside) for one in found] == [
        ("randread-4k-qd1-psync", 0),
        ("randwrite-8k-qd1-psync", 0),
    ]
    metrics = [{sample.metric.split(".")[0] for sample in one.output.samples} for one in found]
    assert metrics == [{"read"}, {"write"}]


def test_like_jobs_of_a_file_are_one_test(data):
    [both] = configurations_in((data / "fio" / "two-jobs.json").read_bytes(), "f")
    assert both.output.details["job_count"] == 2


def test_jobs_beside_each_other_are_noisy(results, tmp_path):
    def together(text):
        document = json.loads(text[text.index("{") :])
        for job in document["jobs"]:
            job["groupid"] = 0
        return json.dumps(document)

    run = import_files([results("a.json", "fio", "two-configurations.json", together)], tmp_path / "run")
    assert [result.trust for result in run.results] == [Trust.NOISY, Trust.NOISY]
    assert "1 other jobs" in run.results[0].doubts[0].evidence


def renamed(target):
    return lambda text: text.replace("/var/tmp/perfadvisor/data", target)


def test_the_target_is_named_only_where_it_tells_workloads_apart(results, tmp_path):
    on_a = results("a.json", "fio", "randread-qd32.json", renamed("/dev/sda"))
    on_b = results("b.json", "fio", "randread-qd32.json", renamed("/dev/sdb"))
    one = import_files([on_a], tmp_path / "one")
    other = import_files([on_b], tmp_path / "other")
    both = import_files([on_a, on_b], tmp_path / "both")
    [id] = one.workloads
    assert list(other.workloads) == [id]
    assert sorted(both.workloads) == [f"{id}-sda", f"{id}-sdb"]


def test_other_options_make_another_workload(results, tmp_path):
    plain = results("a.json", "fio", "randread-qd32.json")
    more = results("b.json", "fio", "randread-qd32.json", lambda text: text.replace('"size"', '"hipri" : "1", "size"'))
    assert len(import_files([plain, more], tmp_path / "run").workloads) == 2


def test_targets_that_look_alike_still_differ(data):
    def one(target):
        text = (data / "fio" / "randread-qd32.json").read_text().replace("/var/tmp/perfadvisor/data", target)
        return configurations_in(text.encode(), "f")[0]

    for targets in (("/a/data", "/b/data"), ("/a-b", "/a/b"), ("/a b", "/a-b")):
        assert len(set(workload_ids([one(target) for target in targets]).values())) == 2


def test_every_unreadable_file_has_its_line_and_nothing_is_written(results, tmp_path, data):
    files = [
        results("good.json", "fio", "randread-qd32.json"),
        results("cut.json", "fio", "randread-qd32.json", lambda text: text[:3000]),
        results("refused.json", "iperf3", "refused.json"),
        results("failed.json", "fio", "no-file.json"),
        tmp_path / "absent.json",
        results("copy.json", "fio", "randread-qd32.json"),
    ]
    (tmp_path / "other.txt").write_text("hello\n")
    with pytest.raises(InputError) as caught:
        import_files([*files, tmp_path / "other.txt"], tmp_path / "run")
    lines = caught.value.message.splitlines()
    assert [line.split(": ")[0].rsplit("/", 1)[-1] for line in lines] == [
        "cut.json",
        "refused.json",
        "failed.json",
        "absent.json",
        "copy.json",
        "other.txt",
    ]
    assert "ends in the middle" in lines[0] and "Connection refused" in lines[1] and "No such file" in lines[2]
    assert "a copy does not count as a repeat" in lines[4] and "neither fio nor iperf3" in lines[5]
    assert caught.value.exit_code == 2 and not (tmp_path / "run").exists()


def test_a_folder_in_use_is_left_alone(results, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine").touch()
    with pytest.raises(InputError, match="not empty"):
        import_files([results("a.json", "iperf3", "udp.json")], tmp_path / "run")


def test_the_same_files_give_the_same_run(results, tmp_path):
    files = [results("a.json", "iperf3", "udp.json"), results("b.json", "fio", "fdatasync.json")]
    one, other = import_files(files, tmp_path / "a"), import_files(files[::-1], tmp_path / "b")
    assert one.id == other.id and one.id.startswith("20")


def test_a_snapshot_says_what_was_measured(results, tmp_path):
    tree = tmp_path / "tree"
    for path, text in {
        "sys/devices/pci0000:00/0000:00:04.0/nvme/nvme0/nvme0n1/dev": "259:0\n",
        "sys/devices/pci0000:00/0000:00:04.0/nvme/nvme0/nvme0n1/size": "1000\n",
        "sys/devices/pci0000:00/0000:00:04.0/class": "0x010802\n",
        "proc/sys/kernel/osrelease": "6.1.0\n",
        "proc/sys/kernel/hostname": "server\n",
    }.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text)
    for folder in ("class/block", "block"):
        (tree / "sys" / folder).mkdir(parents=True, exist_ok=True)
        up = "../" * (folder.count("/") + 1)
        (tree / "sys" / folder / "nvme0n1").symlink_to(f"{up}devices/pci0000:00/0000:00:04.0/nvme/nvme0/nvme0n1")
    file = results("a.json", "fio", "randread-qd32.json", renamed("/dev/nvme0n1"))
    import_files([file], tmp_path / "run", snapshot=tree)
    run = bundle.load(tmp_path / "run")
    assert run.results[0].path.block == "nvme0n1" and run.results[0].path.pci == "0000:00:04.0"
    assert run.host["name"] == "server" and "imported" in run.before


@pytest.mark.shared
def test_real_machines_results(shared_data, tmp_path):
    machines = shared_data / "machines"
    files = sorted([*(machines / "fio").glob("*.json"), *(machines / "iperf").glob("*.json")])
    run = import_files(files, tmp_path / "run")
    assert len(run.results) >= len(files)
    assert len(bundle.load(tmp_path / "run").results) == len(run.results)


@pytest.mark.parametrize("seed", range(10))
def test_damaged_files_are_imported_or_named(data, tmp_path, seed):
    dice = random.Random(seed)
    for number, path in enumerate(sorted([*(data / "fio").glob("*.json"), *(data / "iperf3").glob("*.json")])):
        damage = bytearray(path.read_bytes())
        for _ in range(3):
            place = dice.randrange(len(damage))
            damage[place : place + 1] = dice.choice((b"0", b"9", b"", b"x", b"-", b"e"))
        (tmp_path / "f.json").write_bytes(damage)
        try:
            import_files([tmp_path / "f.json"], tmp_path / f"run{number}")
        except InputError as error:
            assert "f.json" in error.message
        else:
            bundle.load(tmp_path / f"run{number}")
            shutil.rmtree(tmp_path / f"run{number}")


@pytest.mark.parametrize("weird", ["1e30", "-5", "null", '"x"', "[]", "99999999999999999999"])
@pytest.mark.parametrize("key", ["timestamp_ms", "runtime", "groupid", "total_ios", "iops"])
def test_weird_numbers_are_imported_or_named(data, tmp_path, key, weird):
    import re

    text = re.sub(rf'"{key}" : [\d.]+', f'"{key}" : {weird}', (data / "fio" / "randread-qd32.json").read_text())
    (tmp_path / "f.json").write_text(text)
    try:
        import_files([tmp_path / "f.json"], tmp_path / "run")
    except InputError as error:
        assert "f.json" in error.message
    else:
        [result] = bundle.load(tmp_path / "run").results
        assert 0 <= result.started < 5e9 and result.duration_s >= 0


def test_the_command(results, tmp_path):
    file = results("a.json", "iperf3", "tcp-omit.json")
    bad = results("bad.json", "iperf3", "busy.json")
    argv = [sys.executable, "-m", "perfadvisor", "import"]
    done = subprocess.run([*argv, file, "-o", tmp_path / "run"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stdout.splitlines()[-1] == str(tmp_path / "run")
    assert "imported/iperf3-tcp-1-flow-at-100-mbit: 1 repeat" in done.stdout
    done = subprocess.run([*argv, file, bad, "-o", tmp_path / "no"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "bad.json: iperf3: the server is busy" in done.stderr
    assert "Traceback" not in done.stderr and not (tmp_path / "no").exists()


@pytest.mark.parametrize("folder", ["fio", "iperf3"])
def test_each_file_is_decoded_once(tmp_path, data, folder, monkeypatch):
    decoded, decoder = [], jsontext._DECODER

    def counted(text, at):
        decoded.append(at)
        return decoder.raw_decode(text, at)

    monkeypatch.setattr(jsontext, "_DECODER", SimpleNamespace(raw_decode=counted))
    name = sorted(path.name for path in (data / folder).glob("*.json") if configurations_in_or_none(path))[0]
    text = (data / folder / name).read_text()
    (tmp_path / "one.json").write_text("\n" + text)
    decoded.clear()
    import_files([tmp_path / "one.json"], tmp_path / "run")
    assert len(decoded) == 1


def configurations_in_or_none(path):
    try:
        return configurations_in(path.read_bytes(), path.name)
    except InputError:
        return None


def test_each_row_of_several_machines_names_its_file(results, tmp_path):
    files = [results(f"{name}.json", "fio", "randread-qd32.json", renamed(f"/dev/sd{name}")) for name in "ab"]
    again = results("c.json", "fio", "randread-qd32.json", lambda text: f"{renamed('/dev/sdb')(text)}\n")
    run = import_files([*files, again], tmp_path / "run")
    titles = sorted(workload.title for workload in run.workloads.values())
    assert [title.rpartition("(")[2] for title in titles] == ["a.json)", "b.json and 1 more)"]
    assert len({workload.title for workload in run.workloads.values()}) == 2
