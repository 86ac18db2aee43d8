"""An image for containers inside the lab, made out here: the engine in there would take a minute to pack it."""

import shutil
from pathlib import Path

from perfadvisor.targets.base import Command
from perfadvisor.targets.here import dmabench_build as build
from perfadvisor.targets.here.process import run
from perfadvisor.targets.remote import tools_image

IMAGE = "lab-tools"
STORE = "store"  # beside the directories of the lab's boots
# Containers live in memory: the shared root has no room for layers, and knows this machine's own containers.
CONFIGURATION = """[storage]
driver = "vfs"
graphroot = "/run/lab/containers"
runroot = "/run/lab/containers-run"
[storage.options]
additionalimagestores = ["{store}"]
"""


def make(folder: Path) -> None:
    """A store of podman's in this new folder, with one image: a shell, fio, iperf3 and dmabench."""
    folder.mkdir()
    wanted = {name: path for name in ("busybox", "fio", "iperf3") if (path := tools_image.find(name))}
    archive, state = folder.with_suffix(".tar"), folder.with_suffix(".run")
    tools_image.write(tools_image.contents({**wanted, "dmabench": build.program()}), archive)
    engine = ("podman", "--root", str(folder), "--runroot", str(state), "--storage-driver", "vfs")
    done = run(Command(argv=(*engine, "import", str(archive), IMAGE), timeout_s=300.0))
    assert done.returncode == 0, done.stderr.decode()
    archive.unlink()
    shutil.rmtree(state, ignore_errors=True)
