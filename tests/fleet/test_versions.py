"""Bundles and files of earlier and later versions in one fleet."""

import gzip
import json
import shutil
from pathlib import Path

import pytest

from perfadvisor.errors import InputError
from perfadvisor.fleet.judging import judge_fleet
from perfadvisor.fleet.kept import FORMAT, KeptHosts
from perfadvisor.fleet.sources import fleet_digest
from tests.fleet.test_command import kept, slow_fleet

EARLIER = Path(__file__).resolve().parent.parent / "data" / "earlier"


def test_earlier_bundles_are_judged_and_later_ones_named(tmp_path) -> None:
    fleet = tmp_path / "fleet"
    fleet.mkdir()
    shutil.copy(EARLIER / "snapshot-1.tar.gz", fleet / "old-snapshot.tar.gz")
    shutil.copytree(EARLIER / "run-1", fleet / "old-run")
    shutil.copytree(EARLIER / "run-1", fleet / "new-run")
    file = fleet / "new-run" / "run.json"
    file.chmod(0o600)
    file.write_text(json.dumps(json.loads(file.read_text()) | {"schema_version": 99}))
    done = judge_fleet([fleet], tmp_path / "out")
    ((host, reason),) = done.bad
    assert host == "new-run" and "schema_version is 99, this perfadvisor reads up to" in reason
    assert {one.host for one in KeptHosts(tmp_path / "out").records() if not one.error} == {"old-run", "old-snapshot"}


def test_kept_hosts_of_a_later_version_are_refused(tmp_path) -> None:
    out = kept(tmp_path / "out", slow_fleet(hosts=4))
    (file,) = (out / "hosts").iterdir()
    head, *rest = gzip.decompress(file.read_bytes()).splitlines()
    later = json.dumps(json.loads(head) | {"schema_version": FORMAT.version + 1}).encode()
    file.write_bytes(gzip.compress(b"\n".join([later, *rest])))
    with pytest.raises(InputError, match="reads up to"):
        fleet_digest(str(out))
