"""The workload and the suite in the guide for authors are good, and its messages are the real ones."""

import re
from pathlib import Path

import pytest

from perfadvisor.packs.problems import PackError
from perfadvisor.packs.suites import load_suites
from perfadvisor.packs.workloads import load_workloads

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "workloads-authoring.md").read_text()
WORKLOAD, _, SUITE = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text)


def test_the_examples_in_the_guide(tmp_path: Path) -> None:
    write(tmp_path, "storage/randread-16k-qd8.yaml", WORKLOAD)
    write(tmp_path, "suites/database.yaml", SUITE)
    workloads = load_workloads([tmp_path])
    assert workloads["storage/randread-16k-qd8"].runtime_s == 20
    assert "storage/randread-16k-qd8" in load_suites(workloads, [tmp_path])["database"].workloads


def test_the_messages_in_the_guide(tmp_path: Path) -> None:
    text = WORKLOAD.replace("storage/randread-16k-qd8", "storage/x").replace(
        "block_size_bytes: 16384", "blocksizes: 4k"
    )
    write(tmp_path, "storage/x.yaml", text.replace("read.lat_p99", "read.p77"))
    with pytest.raises(PackError) as caught:
        load_workloads([tmp_path])
    said = [problem.message for problem in caught.value.problems]
    assert len(said) == 2 and all(message in GUIDE for message in said)
