"""Runs on a raw block device: reads at once, writes only after its name was typed."""

import subprocess
from pathlib import Path

import pytest

from perfadvisor import bundle
from perfadvisor.model.result import TrialState

pytestmark = [pytest.mark.tools, pytest.mark.slow]

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
    argv = bench.argv(*names, more=("--repeats", "1", "--device", device))
    return subprocess.run(
        argv, input=answer, env=bench.environment(), cwd=bench.root, capture_output=True, text=True, timeout=60
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


@pytest.mark.parametrize(("answer", "code"), [("", 2), ("yes\n", 2), ("{name}\n", 0)])
def test_writing_needs_the_name_typed(bench, device, answer, code) -> None:
    (bench.root / "workloads/storage/writer.yaml").write_text(WRITER)
    name = Path(device).name
    done = run_typing(bench, answer.format(name=name), "storage/writer", device=device)
    assert done.returncode == code, done.stderr
    assert f"type its name: {name}" in done.stderr
    assert any(Path(device).read_bytes()) is (code == 0)


def test_writing_over_a_file_system_is_refused_without_a_question(bench, device) -> None:
    subprocess.run(["mkfs.ext4", "-q", device], check=True)
    before = Path(device).read_bytes()
    (bench.root / "workloads/storage/writer.yaml").write_text(WRITER)
    done = run_typing(bench, f"{Path(device).name}\n", "storage/writer", device=device)
    assert done.returncode == 2
    assert "carries a ext4 signature" in done.stderr
    assert Path(device).read_bytes() == before
    assert not bench.out.exists()
