"""Runs on a raw block device: reads at once, writes only after its name was typed."""

import itertools
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from perfadvisor import bundle
from perfadvisor.model.result import TrialState

pytestmark = [pytest.mark.tools, pytest.mark.slow]

REPOSITORY = Path(__file__).resolve().parents[2]
NUMBERS = itertools.count()
WRITER = """
id: storage/writer
title: Writer
why: To test with.
tool: fio
runtime_s: 0.3
warmup_s: 0
parameters: {rw: randwrite, engine: psync, block_size_bytes: 4096, size_bytes: 4194304}
metrics: [write.iops]
"""


@pytest.fixture
def device(tmp_path):
    image = tmp_path / "image"
    with image.open("wb") as file:
        file.truncate(8 << 20)
    made = subprocess.run(["losetup", "--show", "-f", str(image)], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"no loop device here: {made.stderr.strip()}")
    node = made.stdout.strip()
    yield node
    subprocess.run(["losetup", "-d", node], check=True)


def run_typing(bench, answer: str, *names: str, device: str) -> "subprocess.CompletedProcess[str]":
    """The command at a terminal of its own, where `answer` is typed once it asks."""
    argv = bench.argv(*names, more=("--repeats", "1", "--device", device))
    seen = [sys.executable, "-m", "tests.machine_seen", str(bench.root / f"proc{next(NUMBERS)}"), *argv[3:]]
    keyboard, terminal = pty.openpty()
    environment = bench.environment() | {"PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(
        seen, stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, cwd=bench.root, text=True
    ) as process:
        os.write(keyboard, answer.encode())
        out, err = process.communicate(timeout=60)
    os.close(keyboard)
    os.close(terminal)
    return subprocess.CompletedProcess(argv, process.returncode, out, err)


def run_piping(bench, answer: str, *names: str, device: str) -> "subprocess.CompletedProcess[str]":
    argv = bench.argv(*names, more=("--repeats", "1", "--device", device))
    seen = [sys.executable, "-m", "tests.machine_seen", str(bench.root / f"proc{next(NUMBERS)}"), *argv[3:]]
    environment = bench.environment() | {"PYTHONPATH": str(REPOSITORY)}
    return subprocess.run(
        seen, input=answer, env=environment, cwd=bench.root, capture_output=True, text=True, timeout=60
    )


def test_reading_needs_no_question_and_changes_nothing(bench, device) -> None:
    subprocess.run(["mkfs.ext4", "-q", device], check=True)
    before = Path(device).read_bytes()
    done = run_typing(bench, "", "storage/tiny", device=device)
    assert done.returncode == 0, done.stderr
    (result,) = bundle.load(bench.out).results
    assert result.state is TrialState.DONE
    assert "--readonly" in result.command
    assert result.path.block == Path(device).name
    assert any("never written" in note for note in bundle.load(bench.out).notes)
    assert Path(device).read_bytes() == before


def name_of(device: str) -> str:
    return f"{Path(device).name} {8 << 20} {bytes(8).hex()}"


@pytest.mark.parametrize(("answer", "code"), [("\n", 2), ("yes\n", 2), ("{kernel_name}\n", 2), ("{name}\n", 0)])
def test_writing_needs_the_name_typed(bench, device, answer, code) -> None:
    (bench.root / "workloads/storage/writer.yaml").write_text(WRITER)
    name = name_of(device)
    done = run_typing(bench, answer.format(name=name, kernel_name=Path(device).name), "storage/writer", device=device)
    assert done.returncode == code, done.stderr
    assert "All of it was read: it holds no data.\nEverything on this device will be overwritten" in done.stderr
    assert f"type its name: {name}" in done.stderr
    assert any(Path(device).read_bytes()) is (code == 0)


def test_a_pipe_types_nothing(bench, device) -> None:
    (bench.root / "workloads/storage/writer.yaml").write_text(WRITER)
    done = run_piping(bench, f"{name_of(device)}\n" * 3, "storage/writer", device=device)
    assert done.returncode == 2
    assert f"not confirmed\n  next: type at a terminal: {name_of(device)}" in done.stderr
    assert not any(Path(device).read_bytes())


def test_what_a_run_filled_can_be_filled_again_until_somebody_else_writes_there(bench, device) -> None:
    (bench.root / "workloads/storage/writer.yaml").write_text(WRITER)
    assert run_typing(bench, f"{name_of(device)}\n", "storage/writer", device=device).returncode == 0
    full = Path(device).read_bytes()
    assert full.startswith(b"perfadvisor: only test data on this device ")
    shutil.rmtree(bench.out)
    marked = f"{Path(device).name} {8 << 20} {b'perfadvi'.hex()}"
    done = run_typing(bench, f"{marked}\n", "storage/writer", device=device)
    assert done.returncode == 0, done.stderr
    with Path(device).open("r+b") as file:
        file.seek(7 << 20)
        file.write(b"somebody else's")
    shutil.rmtree(bench.out)
    before = Path(device).read_bytes()
    done = run_typing(bench, f"{marked}\n", "storage/writer", device=device)
    assert done.returncode == 2
    assert "holds data" in done.stderr
    assert Path(device).read_bytes() == before


def test_writing_over_a_file_system_is_refused_without_a_question(bench, device) -> None:
    subprocess.run(["mkfs.ext4", "-q", device], check=True)
    before = Path(device).read_bytes()
    (bench.root / "workloads/storage/writer.yaml").write_text(WRITER)
    done = run_typing(bench, f"{name_of(device)}\n", "storage/writer", device=device)
    assert done.returncode == 2
    assert "ext4 signature found" in done.stderr
    assert Path(device).read_bytes() == before
    assert not bench.out.exists()
