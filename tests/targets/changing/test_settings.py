"""Settings really written, read back and put back: on files that stand for the kernel's, a loop device and a veth."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.settings import catalogue
from perfadvisor.settings.model import Door, Field, Intent, Setting, Type
from perfadvisor.settings.planning import plan
from perfadvisor.targets.changing import journal, settings, settings_file, undo
from perfadvisor.targets.here.capture import capture

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make devices")


@pytest.fixture(autouse=True)
def _state(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def file(tmp_path, monkeypatch) -> Path:
    """A file that stands for one of the kernel's, as the setting `test.number`."""
    path = tmp_path / "number"
    path.write_text("1\n")
    field = Field(name="number", type=Type.INTEGER)
    made = Setting(name="test.number", subject="", door=Door.FILE, path=str(path), fields=(field,), meaning="a test's")
    monkeypatch.setitem(catalogue.SETTINGS, "test.number", made)  # type: ignore[arg-type]
    return path


def planned(path: Path, to: str):
    return plan([Intent(setting="test.number", to={"number": to})], capture((str(path),)))


def test_written_read_back_and_put_back(file) -> None:
    with journal.begin() as book:
        (done,) = settings.apply(planned(file, "5"), book)
        assert (file.read_text(), done.got, done.rounded) == ("5", {"number": "5"}, {})
    assert file.read_text() == "1"


def test_what_somebody_else_changed_since_is_left_as_it_is(file) -> None:
    with journal.begin() as book:
        settings.apply(planned(file, "5"), book)
        file.write_text("7\n")
    assert file.read_text() == "7\n"


def test_a_driver_that_rounds_is_taken_at_what_it_made_of_it(file, monkeypatch) -> None:
    real = settings_file.write
    monkeypatch.setattr(settings_file, "write", lambda write: real(replace(write, to={"number": "4"})))
    with journal.begin() as book:
        (done,) = settings.apply(planned(file, "5"), book)
        assert (done.got, done.rounded) == ({"number": "4"}, {"number": "4"})
        monkeypatch.setattr(settings_file, "write", real)
    assert file.read_text() == "1"


def test_a_write_that_was_cut_off_is_undone_whatever_came_of_it(file) -> None:
    """Killed between the write and reading it back: the journal does not know what the driver made of it."""
    from perfadvisor.targets.changing.undo import group_written, put_back

    (write,) = planned(file, "5").writes
    file.write_text("4\n")
    put_back(group_written(write, "", None))
    assert file.read_text() == "1"


def test_a_refused_write_puts_the_ones_before_it_back(file, tmp_path, monkeypatch) -> None:
    gone = tmp_path / "gone"
    gone.write_text("1\n")
    field = Field(name="gone", type=Type.INTEGER)
    made = Setting(name="test.gone", subject="", door=Door.FILE, path=str(gone), fields=(field,), meaning="a test's")
    monkeypatch.setitem(catalogue.SETTINGS, "test.gone", made)  # type: ignore[arg-type]
    wanted = [Intent(setting="test.number", to={"number": "5"}), Intent(setting="test.gone", to={"gone": "5"})]
    both = plan(wanted, capture((str(file), str(gone))))
    gone.unlink()
    gone.mkdir()
    with journal.begin() as book, pytest.raises(MeasureError, match="Is a directory"):
        settings.apply(both, book)
    assert file.read_text() == "1"


@pytest.fixture
def disk(tmp_path) -> Iterator[str]:
    """A loop device of our own."""
    image = tmp_path / "image"
    with image.open("wb") as made:
        made.truncate(1 << 20)
    done = subprocess.run(["losetup", "--find", "--show", str(image)], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no loop device here: {done.stderr.strip()}")
    yield Path(done.stdout.strip()).name
    subprocess.run(["losetup", "--detach", done.stdout.strip()], check=True)


@pytest.mark.tools
@ROOT
def test_a_real_disks_queue_and_back(disk) -> None:
    queue = Path(f"/sys/block/{disk}/queue")
    for name in ("read_ahead_kb", "nomerges"):
        (queue / name).write_text("0")  # a loop device keeps what its last user chose
    before = {name: (queue / name).read_text() for name in ("scheduler", "read_ahead_kb", "nomerges")}
    wanted = [
        Intent(setting="block.read_ahead_kb", subject=disk, to={"read_ahead_kb": "512"}),
        Intent(setting="block.nomerges", subject=disk, to={"nomerges": "2"}),
    ]
    made = plan(wanted, capture(tuple(f"{queue}/{name}" for name in before)))
    with journal.begin() as book:
        done = settings.apply(made, book)
        assert [one.rounded for one in done] == [{}, {}]
        assert ((queue / "read_ahead_kb").read_text(), (queue / "nomerges").read_text()) == ("512\n", "2\n")
    assert {name: (queue / name).read_text() for name in before} == before


@pytest.mark.tools
@ROOT
@pytest.mark.parametrize("killed", [False, True])
def test_a_scheduler_and_back_leaves_the_whole_queue_as_it_was(disk, killed) -> None:
    """The kernel gives the queue another length and another latency target with each scheduler."""
    queue = Path(f"/sys/block/{disk}/queue")
    (queue / "scheduler").write_text("none")  # a loop device keeps what its last user chose
    (queue / "nr_requests").write_text("64")
    (queue / "wbt_lat_usec").write_text("1500")
    before = {path.name: path.read_bytes() for path in sorted(queue.iterdir()) if _readable(path)}
    made = plan([Intent(setting="block.scheduler", subject=disk, to={"scheduler": "bfq"})], capture((f"{queue}/*",)))
    book = journal.begin()
    settings.apply(made, book)
    assert (queue / "nr_requests").read_text() != "64\n"
    if killed:
        for change in reversed(list(journal.read(book.path).open.values())):
            undo.put_back(change)
    book.close()
    assert {name: (queue / name).read_bytes() for name in before} == before


def _readable(path: Path) -> bool:
    try:
        path.read_bytes()
    except OSError:
        return False
    return True


@pytest.mark.tools
@ROOT
def test_a_scheduler_and_a_queue_length_together_come_back(disk) -> None:
    queue = Path(f"/sys/block/{disk}/queue")
    (queue / "scheduler").write_text("none")  # a loop device keeps what its last user chose
    (queue / "nr_requests").write_text("64")
    wanted = [
        Intent(setting="block.scheduler", subject=disk, to={"scheduler": "bfq"}),
        Intent(setting="block.nr_requests", subject=disk, to={"nr_requests": "32"}),
    ]
    with journal.begin() as book:
        settings.apply(plan(wanted, capture((f"{queue}/*",))), book)
        assert (queue / "nr_requests").read_text() == "32\n"
    assert (queue / "nr_requests").read_text() == "64\n"


@pytest.mark.tools
@ROOT
def test_an_undo_that_was_killed_halfway_is_finished(disk) -> None:
    """The scheduler is back, and the kernel has reset the queue's length with it."""
    queue = Path(f"/sys/block/{disk}/queue")
    (queue / "scheduler").write_text("none")  # a loop device keeps what its last user chose
    (queue / "nr_requests").write_text("64")
    was = (queue / "scheduler").read_text().partition("[")[2].partition("]")[0]
    book = journal.begin()
    settings.apply(
        plan([Intent(setting="block.scheduler", subject=disk, to={"scheduler": "bfq"})], capture((f"{queue}/*",))), book
    )
    (queue / "scheduler").write_text(was)
    assert (queue / "nr_requests").read_text() != "64\n"
    book.close()
    assert (queue / "nr_requests").read_text() == "64\n"
