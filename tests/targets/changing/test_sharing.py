"""Two commands of ours on one machine: neither takes the other's function, nor the module from under a bound one."""

import subprocess
import sys
from pathlib import Path

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.targets.changing import sharing, vfio_module
from perfadvisor.targets.changing.sharing import alone, claim, claim_any

NVME = "0000:01:00.0"


def elsewhere(root: Path, words: str) -> subprocess.CompletedProcess[str]:
    """The same done by another process, whose locks end with it."""
    code = f"from pathlib import Path\nfrom perfadvisor.targets.changing import sharing\n{words}"
    return subprocess.run([sys.executable, "-c", code, str(root)], capture_output=True, text=True, timeout=60)


def test_a_claimed_function_is_refused_to_another_command(tmp_path: Path) -> None:
    claim(NVME, tmp_path)
    claim(NVME, tmp_path)  # to the same one as often as it likes
    done = elsewhere(tmp_path, f"sharing.claim({NVME!r}, Path({str(tmp_path)!r}))")
    assert f"another perfadvisor uses {NVME}" in done.stderr
    free = elsewhere(tmp_path, f"sharing.claim('0000:02:00.0', Path({str(tmp_path)!r}))")
    assert free.returncode == 0, free.stderr


def test_a_claim_ends_with_its_process(tmp_path: Path) -> None:
    assert elsewhere(tmp_path, f"sharing.claim({NVME!r}, Path({str(tmp_path)!r}))").returncode == 0
    claim(NVME, tmp_path)


def test_one_at_a_time(tmp_path: Path) -> None:
    wait = f"sharing.PATIENCE_S = 0.1\nwith sharing.alone(Path({str(tmp_path)!r})): print('in')"
    with alone(tmp_path):
        assert "another perfadvisor has been binding" in elsewhere(tmp_path, wait).stderr
    assert elsewhere(tmp_path, wait).stdout == "in\n"


@pytest.mark.parametrize("bound", [True, False])
def test_the_module_stays_under_a_bound_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: bool) -> None:
    seen: list[tuple[str, ...]] = []
    monkeypatch.setattr(vfio_module, "run", lambda command: seen.append(command.argv))
    driver = tmp_path / vfio_module.DRIVER
    driver.mkdir(parents=True)
    for name in ("module", "new_id", *([NVME] if bound else [])):
        (driver / name).touch()
    vfio_module.unload("vfio-pci", tmp_path)
    assert seen == ([] if bound else [("modprobe", "--remove", "vfio-pci")])


def test_a_lock_that_cannot_be_had_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "PATIENCE_S", 0.0)
    monkeypatch.setattr(sharing, "_locked", lambda _descriptor: False)
    with pytest.raises(MeasureError, match="binding devices"), alone(tmp_path):
        pass


def test_two_commands_get_different_names_of_a_list(tmp_path: Path) -> None:
    names = ("169.254.78.0", "169.254.78.4", "169.254.78.8")
    assert [claim_any(names, tmp_path) for _ in range(2)] == list(names[:2])
    told = elsewhere(tmp_path, f"print(sharing.claim_any({names!r}, Path({str(tmp_path)!r})))")
    assert told.stdout == "169.254.78.8\n"
    claim_any(names, tmp_path)
    with pytest.raises(MeasureError, match="all that is set aside"):
        claim_any(names, tmp_path)
