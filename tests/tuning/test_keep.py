"""What is kept written into files, read by their own readers, and removed only while unchanged."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.targets.changing.undo import boot_id
from perfadvisor.targets.here.process import installed
from perfadvisor.tuning import keep, kept, record, session
from perfadvisor.tuning.model import Tune, TuneState
from tests.tuning.stand_ins import how, load, one_fix, set_to, tune_of


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(keep, "ROOT", tmp_path / "root")
    monkeypatch.setattr(keep, "_complaint", lambda words, file, path: "")
    return tmp_path / "root"


@pytest.fixture
def tuned(file) -> Tune:
    return session.run(tune_of(one_fix()), how(load(iops=lambda: 130.0 if set_to(file) else 100.0)))


CONF = "etc/tmpfiles.d/90-perfadvisor-numa-zone-reclaim.conf"


def test_the_file_is_written_and_taken_away_with_the_change(file, root, tuned) -> None:
    (line,) = keep.keep()
    assert line.startswith(f"{root / CONF}: written")
    assert (root / CONF).read_text().splitlines()[-1] == f'w "{file}" - - - - 5'
    assert dict(kept.status()[0].files) == {str(root / CONF): "as written"}
    assert list(kept.roll_back([])) == [f"{root / CONF}: removed", f"{file}: number 5 -> 1"]
    assert not (root / CONF).exists()


def test_writing_it_again_changes_nothing(root, tuned) -> None:
    list(keep.keep())
    before = (root / CONF).read_text()
    list(keep.keep())
    assert (root / CONF).read_text() == before
    assert len(kept.status()[0].files) == 1


def test_a_file_that_somebody_edited_stays(file, root, tuned) -> None:
    list(keep.keep())
    (root / CONF).write_text("mine\n")
    first, *_ = kept.roll_back([])
    assert first == f"{root / CONF}: edited since, left as it is"
    assert (root / CONF).read_text() == "mine\n"


def test_a_file_of_somebody_else_is_never_replaced(root, tuned) -> None:
    (root / CONF).parent.mkdir(parents=True)
    (root / CONF).write_text("mine\n")
    with pytest.raises(MeasureError, match="exists and is not ours"):
        list(keep.keep())
    assert (root / CONF).read_text() == "mine\n"


def test_a_file_that_its_reader_refuses_is_removed(root, tuned, monkeypatch) -> None:
    monkeypatch.setattr(keep, "installed", lambda program: True)
    monkeypatch.setattr(keep, "_complaint", lambda words, file, path: "line 3: no")
    with pytest.raises(MeasureError, match="not accepted by systemd-tmpfiles: line 3: no"):
        list(keep.keep())
    assert not (root / CONF).exists()


def test_after_a_restart_a_kept_value_is_taken_back_too(file, root, tuned) -> None:
    """The file has set it again, so that it is still the value of the tune."""
    from dataclasses import replace

    list(keep.keep())
    record.save(replace(record.load_all()[0], boot="another boot"))
    assert kept.status()[0].standing is kept.Standing.HOLDS
    list(kept.roll_back([]))
    assert set_to(file, "1")


@pytest.fixture
def disk(tmp_path) -> Iterator[str]:
    """A loop device of our own."""
    if os.geteuid() != 0 or not installed("udevadm") or not installed("systemd-tmpfiles"):
        pytest.skip("needs root and systemd's programs")
    image = tmp_path / "image"
    with image.open("wb") as made:
        made.truncate(1 << 20)
    done = subprocess.run(["losetup", "--find", "--show", str(image)], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no loop device here: {done.stderr.strip()}")
    yield Path(done.stdout.strip()).name
    subprocess.run(["losetup", "--detach", done.stdout.strip()], check=True)


@pytest.mark.tools
def test_each_kind_is_accepted_by_its_own_reader(disk, tmp_path) -> None:
    """The udev rule of a real disk; a kernel parameter and a tmpfiles line that hold what is so already."""
    queue = Path(f"/sys/block/{disk}/queue/read_ahead_kb")
    before = queue.read_text()
    swappiness, thp = Path("/proc/sys/vm/swappiness"), Path("/sys/kernel/mm/transparent_hugepage/enabled")
    word = thp.read_text().partition("[")[2].partition("]")[0]
    tune = Tune(
        id="t",
        host="h",
        boot=boot_id(),
        started="",
        version="0",
        source="now",
        state=TuneState.KEPT,
        kept=(
            change("perfadvisor-test-disk", "block.read_ahead_kb", disk, queue, read_ahead_kb="64"),
            change("perfadvisor-test-vm", "sysctl", "vm/swappiness", swappiness, sysctl=swappiness.read_text().strip()),
            change("perfadvisor-test-thp", "memory.thp_enabled", "", thp, thp_enabled=word),
        ),
    )
    record.save(tune)
    try:
        done = list(keep.keep())
        assert [line.rpartition("; ")[2] for line in done] == [
            "accepted by udevadm",
            "accepted by sysctl",
            "accepted by systemd-tmpfiles",
        ]
        assert queue.read_text() == "64\n", "udev set it"
    finally:
        removed = list(kept.roll_back([]))
    assert sum(line.endswith(": removed") for line in removed) == 3
    assert queue.read_text() == before
    assert not any(path.exists() for path in Path("/etc").glob("*/90-perfadvisor-perfadvisor-test*"))


def change(rule: str, setting: str, subject: str, path: Path, **ours: str) -> kept.Kept:
    was = path.read_text().partition("[")[2].partition("]")[0] or path.read_text().strip()
    made = {
        "what": "group",
        "path": str(path),
        "setting": setting,
        "subject": subject,
        "device": "",
        "was": dict.fromkeys(ours, was),
        "ours": ours,
    }
    return kept.Kept(rule=rule, change=made)
