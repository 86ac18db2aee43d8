"""A limit of a container of docker, changed and restored as a fix does it."""

import json
import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from perfadvisor.gating import with_setting
from perfadvisor.settings import catalogue
from perfadvisor.settings.model import Intent
from perfadvisor.targets.changing import journal, settings

pytestmark = pytest.mark.container


def ask(*words: str) -> str:
    return subprocess.run(["docker", *words], check=True, capture_output=True, text=True).stdout.strip()


def test_docker_sets_the_cpus_and_nodes_and_takes_them_back(docker, tmp_path, monkeypatch) -> None:
    archive = tmp_path / "image.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(__file__, "file")
    ask("import", str(archive), "limits:1")
    identity = ask("create", "--cpuset-cpus=0-1", "--cpuset-mems=0", "limits:1", "none")
    try:
        root = Path(ask("info", "--format", "{{.DockerRootDir}}"))
        for name in ("container.cpuset", "container.cpuset_mems"):
            made = replace(catalogue.SETTINGS[name], path=f"{root}/containers/{{subject}}/hostconfig.json")
            monkeypatch.setitem(catalogue.SETTINGS, name, made)  # type: ignore[arg-type]
        wanted = Intent(setting="container.cpuset", subject=identity, to={"cpuset": "1"})
        with journal.begin() as book:
            (applied,) = settings.apply(with_setting.planned([wanted]), book)
            assert (applied.got, limits(identity)) == ({"cpuset": "1"}, ("1", "0"))
        assert limits(identity) == ("0-1", "0")
    finally:
        ask("rm", identity)


def limits(identity: str) -> tuple[str, str]:
    told = json.loads(ask("inspect", identity))[0]["HostConfig"]
    return told["CpusetCpus"], told["CpusetMems"]
