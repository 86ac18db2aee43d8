"""Each published schema is valid, and describes what is really written."""

import json
import tarfile
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from perfadvisor.cli import facts
from perfadvisor.cli.schema import SCHEMAS, command, schema
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Directory, Symlink, Tree, Unreadable
from perfadvisor.saved.snapshot_file import save_snapshot

EARLIER = Path(__file__).resolve().parent.parent / "data" / "earlier"


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_is_printed_and_a_valid_schema(name: str) -> None:
    result = CliRunner().invoke(command, [name])
    printed = json.loads(result.output)
    jsonschema.validators.validator_for(printed).check_schema(printed)
    assert printed["properties"]


def test_without_a_name_it_lists_them() -> None:
    assert [line.split()[0] for line in CliRunner().invoke(command, []).output.splitlines()] == list(SCHEMAS)


@pytest.mark.parametrize("options", [[], ["--absent"], ["--name", "cpu."]])
@pytest.mark.parametrize("source", ["run-1", "snapshot-1.tar.gz"])
def test_facts_are_as_published(source: str, options: list[str]) -> None:
    result = CliRunner().invoke(facts.command, [str(EARLIER / source), "--format", "json", *options])
    printed = json.loads(result.output)
    jsonschema.validate(printed, schema("facts"))
    assert printed["facts"]
    printed["facts"][0]["unit"] = "furlongs"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(printed, schema("facts"))


def manifest(path: Path) -> dict[str, object]:
    with tarfile.open(path) as archive:
        found: dict[str, object] = json.load(archive.extractfile("manifest.json"))
    return found


def test_a_snapshot_is_as_published(tmp_path: Path) -> None:
    every = Tree({"/a": b"1\n", "/b": Symlink("a"), "/c": Directory(), "/d": Unreadable("EACCES"), "$ x": b""})
    whole = Snapshot(environment="x", taken=1.0, clock_source="tsc", version="0", tree=every)
    save_snapshot(whole, tmp_path / "x.tar.gz")
    for path in (tmp_path / "x.tar.gz", EARLIER / "snapshot-1.tar.gz"):
        jsonschema.validate(manifest(path), schema("snapshot"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(manifest(tmp_path / "x.tar.gz") | {"taken": "now"}, schema("snapshot"))
