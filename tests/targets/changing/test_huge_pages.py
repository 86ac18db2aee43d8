"""Huge pages: reserved where they are missing, given back as they were, and told apart from what the kernel gave."""

from pathlib import Path

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.targets.changing import huge_pages, journal
from perfadvisor.targets.changing.huge_pages import Need, reserve

TWO_MIB = 2 << 20


@pytest.fixture
def book(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with journal.begin() as opened:
        yield opened


def kernel(root: Path, *, total: int, free: int, node: int | None = None) -> Path:
    base = "sys/kernel/mm/hugepages" if node is None else f"sys/devices/system/node/node{node}/hugepages"
    folder = root / base / "hugepages-2048kB"
    folder.mkdir(parents=True)
    (folder / "nr_hugepages").write_text(f"{total}\n")
    (folder / "free_hugepages").write_text(f"{free}\n")
    return folder


class Short:
    """Reads like the kernel when it finds no more than so many pages in one piece."""

    def __init__(self, setting: Path, most: int) -> None:
        self._setting, self._most = setting, most

    def __call__(self, file: Path) -> int:
        if int(self._setting.read_text()) > self._most:
            self._setting.write_text(str(self._most))
        return int(file.read_text())


def test_enough_is_left_alone(tmp_path, book) -> None:
    folder = kernel(tmp_path, total=9, free=8)
    reserve(Need(page_bytes=TWO_MIB, count=8), book, tmp_path)
    assert (folder / "nr_hugepages").read_text() == "9\n"


def test_what_the_kernel_did_not_give_is_put_back_at_once(tmp_path, book, monkeypatch) -> None:
    folder = kernel(tmp_path, total=2, free=1, node=1)
    setting = folder / "nr_hugepages"
    monkeypatch.setattr(huge_pages, "_number", Short(setting, most=5))
    with pytest.raises(MeasureError, match="needs 8 huge pages of 2 MiB on node 1, 4 are available"):
        reserve(Need(page_bytes=TWO_MIB, count=8, node=1), book, tmp_path)
    assert setting.read_text() == "2"


def test_two_commands_at_once_leave_each_other_alone(tmp_path, book) -> None:
    folder = kernel(tmp_path, total=2, free=0)
    reserve(Need(page_bytes=TWO_MIB, count=3), book, tmp_path)
    assert (folder / "nr_hugepages").read_text() == "5"
    (folder / "nr_hugepages").write_text("9")  # somebody else took four more meanwhile
    assert book.close() == ()
    assert (folder / "nr_hugepages").read_text() == "6"


def test_a_size_this_kernel_has_not(tmp_path, book) -> None:
    with pytest.raises(MeasureError, match="no 1 GiB pages on node 3"):
        reserve(Need(page_bytes=1 << 30, count=1, node=3), book, tmp_path)


def test_for_real_and_back(book) -> None:
    folder = Path("/sys/kernel/mm/hugepages/hugepages-2048kB")
    before = int((folder / "nr_hugepages").read_text())
    free = int((folder / "free_hugepages").read_text())
    try:
        reserve(Need(page_bytes=TWO_MIB, count=free + 4), book)
    except MeasureError as error:
        pytest.skip(error.message)
    assert int((folder / "free_hugepages").read_text()) >= free + 4
    assert book.close() == ()
    assert int((folder / "nr_hugepages").read_text()) == before
