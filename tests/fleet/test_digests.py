"""What is compared, kept beside the records: the same comparison, whether it is read or made from the records."""

import gzip
import json
from base64 import b64encode
from dataclasses import replace

import numpy as np
import pytest

from perfadvisor.errors import InputError
from perfadvisor.fleet.comparing import comparison
from perfadvisor.fleet.digests import decode_digest, digest_of, encode_digest
from perfadvisor.fleet.kept import KeptHosts, packed
from perfadvisor.fleet.sources import fleet_digest, host_records
from perfadvisor.model.fleet import FleetCell, FleetFact, FleetFinding, HostRecord


def host(number: int, value: float = 100.0, governor: str = "performance", content: str = "1", **more) -> HostRecord:
    """A host with a setting, a result and, where it is slow, a finding."""
    cell = FleetCell("storage/x", "local", "read.iops", "iops", "higher", value, value - 1, value + 1, 0.9, 5, "VALID")
    finding = FleetFinding("cpu-governor-powersave", "high", "local", "", "governor")
    return HostRecord(
        host=f"h{number}",
        source="f",
        content=content,
        received=1.0,
        cohort="alike",
        facts=(FleetFact("cpu.governors", "", governor), FleetFact("cpu.model_name", "", f"{number}")),
        cells=(cell, cell._replace(metric="other", better=""), cell._replace(metric="one", low=None, high=None)),
        findings=(finding,) if value < 90 else (),
        **more,
    )


def fleet(count: int = 12) -> list[HostRecord]:
    """Ordinary hosts, the first of them slow, and one that could not be judged."""
    bad = HostRecord(host="bad", source="", content="", error="cut off")
    return [host(0, 40.0, "powersave"), bad, *(host(number, 100 + number % 3) for number in range(1, count))]


def kept(path, *batches: list[HostRecord]) -> KeptHosts:
    found = KeptHosts(path)
    found.make()
    for one in batches:
        found.add(packed(one, "rules"))
    return found


def test_a_digest_comes_back_as_it_was_written() -> None:
    for records in (fleet(), []):
        line = encode_digest(digest_of(records))
        assert encode_digest(decode_digest(line, "")) == line  # no number is unequal to itself here


def test_it_holds_settings_and_leaves_out_what_is_only_told() -> None:
    assert {key.name for key in digest_of(fleet()).settings} == {"cpu.governors"}


def test_batches_give_the_comparison_of_their_records(tmp_path) -> None:
    records = fleet()
    found = kept(tmp_path / "out", records[:5], records[5:])
    assert comparison(found.digest()) == comparison(digest_of(records))
    (slow,) = comparison(found.digest()).reasons
    assert slow.hosts == ("h0",) and slow.steps[0].value == "powersave" and slow.rules[0].elsewhere == 0


def test_a_reading_that_a_newer_one_replaced_counts_nowhere(tmp_path) -> None:
    records = fleet()
    mended = host(0, 100.0, content="2", taken=1.0)
    found = kept(tmp_path / "out", records[:5], records[5:], [mended, *records[2:4]])
    newest = [one for one in records if one.host != "h0"]
    assert comparison(found.digest()) == comparison(digest_of([*newest, mended]))
    assert sorted(one.host for one in found.records()) == sorted(one.host for one in records)


def test_the_judged_fleet_is_compared_as_its_records_are(judged) -> None:
    source = str(judged[0])
    assert comparison(fleet_digest(source)) == comparison(digest_of(host_records(source)))


def test_files_without_a_digest_are_read_as_well(tmp_path) -> None:
    found = kept(tmp_path / "out", fleet())
    (file,) = (tmp_path / "out" / "hosts").iterdir()
    head, _, *records = gzip.decompress(file.read_bytes()).decode().splitlines()
    earlier = {key: value for key, value in json.loads(head).items() if key != "digest"} | {"schema_version": 1}
    file.write_bytes(gzip.compress("\n".join([json.dumps(earlier), *records, ""]).encode()))
    assert comparison(found.digest()) == comparison(digest_of(fleet()))
    assert [one.host for one in found.records()] == [one.host for one in fleet()]


def test_labels_make_other_cohorts() -> None:
    digest = digest_of(replace(one, cohort=f"alone {one.host}") for one in fleet())
    assert len(comparison(digest).cohorts) == 12
    labels = {one.host: "rack" for one in digest.hosts}
    assert comparison(digest, labels).cohorts == {"rack": 12} and comparison(digest, labels).reasons


ROWS = b64encode(np.zeros(12).tobytes()).decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"judged": 1 << 40},
        {"judged": -1},
        {"judged": True},
        {"bad": [[99, "x"]]},
        {"hosts": [["h", "c", "1", ""]]},
        {"settings": [["a", "b", [[None, 1]]]]},
        {"settings": [["a", "b", [["x", 1 << 40]]]]},
        {"rules": [["r", "high", 3, 1]]},
        {"metrics": [["w", "e", "m", "u", "higher", [0], ROWS]]},
        {"metrics": [["w", "e", "m", "u", "higher", [0, 99], ROWS]]},
        {"metrics": [["w", "e", "m", "u", "higher", [0, 10**30], ROWS]]},
        {"metrics": [["w", "e", "m", "u", "higher", [0, 1], "no base64"]]},
        {"metrics": [["w", "e", "m", "u", "higher", [0], b64encode(np.full(6, 7.0).tobytes()).decode()]]},
    ],
)
def test_what_is_no_digest_is_an_error(wrong: dict) -> None:
    plain = json.loads(encode_digest(digest_of(fleet())))
    with pytest.raises(InputError, match="not a digest"):
        decode_digest(json.dumps(plain | wrong), "f:2")


@pytest.mark.parametrize("line", ["", "[]", "{}", '{"a":' * 50_000])
def test_lines_that_are_no_digest_are_errors(line: str) -> None:
    with pytest.raises(InputError, match="not a digest"):
        decode_digest(line, "f:2")
