"""`perfadvisor fleet`: its subcommands over a small fleet, its page, its metrics."""

import json
import re
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from perfadvisor.cli.fleet import command
from perfadvisor.errors import InputError
from perfadvisor.fleet.baselines import accept_baseline, baseline_text, drifted, fleet_drift, read_baseline
from perfadvisor.fleet.comparing import comparison
from perfadvisor.fleet.digests import digest_of
from perfadvisor.fleet.kept import KeptHosts, packed
from perfadvisor.fleet.metrics import fleet_metrics
from perfadvisor.fleet.pages import write_host_pages
from perfadvisor.fleet.sources import host_records
from perfadvisor.model.fleet import FleetCell, FleetFact, FleetFinding, HostRecord, SettingKey
from perfadvisor.report.fleet.html import fleet_page, key_parts
from perfadvisor.report.fleet.json_view import fleet_schema

ROOT = Path(__file__).resolve().parent.parent.parent
HOSTILE = "<script>alert(1)</script>"


def fleet(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(one) for one in arguments])


def slow_fleet(slow: int = 3, hosts: int = 20, gain: float = 1.0) -> list[HostRecord]:
    """Hosts of one cohort; the first `slow` have another governor, a finding about it and 60 % of the IOPS."""
    made = []
    for number in range(hosts):
        is_slow = number < slow
        value = (600.0 if is_slow else 1000.0) * (1 + number % 5 / 500) * (gain if number % 2 else 1.0)
        cell = FleetCell(
            "storage/x", "local", "read.iops", "iops", "higher", value, 0.99 * value, 1.01 * value, 0.9375, 5, "VALID"
        )
        governor = "powersave" if is_slow else "performance"
        finding = FleetFinding("cpu-governor-powersave", "high", "local", "", f"governor is {governor} {HOSTILE}")
        made.append(
            HostRecord(
                host=f"h{number:02}",
                source="f",
                content=f"{number}",
                taken=1e9,
                received=1e9,
                cohort="alike",
                facts=(FleetFact("cpu.governors", "", governor), FleetFact("cpu.model_name", "", "one")),
                cells=(cell,),
                findings=(finding,) if is_slow else (),
            )
        )
    return made


def kept(path: Path, records: list[HostRecord]) -> Path:
    hosts = KeptHosts(path)
    hosts.make()
    hosts.add(packed(records, "rules"))
    return path


def test_judge_says_what_is_bad_and_what_to_do_next(bundles, made, tmp_path) -> None:
    done = fleet("judge", bundles, "--out", tmp_path / "out", "--processes", 1)
    assert done.exit_code == 0
    assert (
        "38 bundles judged, 2 bad" in done.stdout and f"next: perfadvisor fleet outliers {tmp_path}/out" in done.stdout
    )
    assert done.stderr.count("not judged: ") == 2


def test_outliers_come_with_their_reason_and_the_finding(tmp_path) -> None:
    out = kept(tmp_path / "out", slow_fleet())
    text = fleet("outliers", out).stdout
    assert "h00: storage/x read operations worse: 59.8 % of its cohort" in text
    assert "cpu.governors = powersave on 3 of 3 slow and 0 of 17 other hosts (usual: performance; p = 0.00088)" in text
    assert "finding cpu-governor-powersave on h00, h01, h02 and on no other host" in text


def test_the_json_keeps_to_its_schema(tmp_path, judged) -> None:
    for out in (kept(tmp_path / "out", slow_fleet()), judged[0]):
        document = json.loads(fleet("outliers", out, "--json").stdout)
        Draft202012Validator(fleet_schema()).validate(document)


def test_list_show_and_diff(tmp_path) -> None:
    out = kept(tmp_path / "out", slow_fleet())
    lines = fleet("list", out).stdout.splitlines()
    assert len(lines) == 20 and lines[0].startswith("h00  2001-09-09 01:46:40 UTC  1 finding  alike")
    shown = fleet("show", out, "h00").stdout
    assert "read operations: 600 IOPS (594 IOPS to 606 IOPS), VALID" in shown and "high cpu-governor-powersave" in shown
    differ = fleet("diff", out, "h00", "h19").stdout
    assert differ.splitlines() == [
        "cpu.governors: powersave | performance",
        "finding cpu-governor-powersave: only on h00",
    ]
    assert "the same settings" in fleet("diff", out, "h18", "h19").stdout
    assert isinstance(fleet("show", out, "h99").exception, InputError)


def test_a_baseline_is_accepted_and_what_left_it_is_named(tmp_path) -> None:
    out = kept(tmp_path / "out", slow_fleet(slow=1))
    file = tmp_path / "baseline.json"
    assert "1 setting of 1 cohort" in fleet("baseline", out, "-o", file).stdout
    assert json.loads(file.read_text())["cohorts"] == {"alike": {"cpu.governors": {"": "performance"}}}
    done = fleet("drift", out, "--baseline", file)
    assert (done.exit_code, done.stdout) == (1, "h00: cpu.governors = powersave, accepted: performance\n")
    clean = kept(tmp_path / "clean", slow_fleet(slow=0))
    assert fleet("drift", clean, "--baseline", file).exit_code == 0


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '{"schema_version": 1, "cohorts": {"a": 1}}', '{"schema_version": 9}']
)
def test_a_file_that_is_no_baseline_is_an_error(tmp_path, text: str) -> None:
    (tmp_path / "b.json").write_text(text)
    with pytest.raises(InputError):
        read_baseline(tmp_path / "b.json")


def test_a_baseline_comes_back_as_it_was_written(tmp_path) -> None:
    baseline = accept_baseline(digest_of(slow_fleet(slow=0)))
    (tmp_path / "b.json").write_text(baseline_text(baseline))
    assert read_baseline(tmp_path / "b.json") == baseline
    assert list(drifted(slow_fleet(slow=0), baseline)) == []


def test_drift_of_the_whole_fleet_is_that_of_its_hosts() -> None:
    baseline, now = accept_baseline(digest_of(slow_fleet(slow=0))), slow_fleet()
    found = fleet_drift(digest_of(now), baseline)
    assert found and list(found) == sorted(drifted(now, baseline), key=lambda one: (one.host, one.key))


def test_a_rollout_is_judged_by_its_hosts(tmp_path) -> None:
    before = kept(tmp_path / "before", slow_fleet(slow=0))
    after = kept(tmp_path / "after", slow_fleet(slow=0, gain=0.8))
    odd = [word for number in range(1, 20, 2) for word in ("--changed", f"h{number:02}")]
    done = fleet("compare", "--before", before, "--after", after, *odd)
    assert done.exit_code == 1
    assert "worse: storage/x read operations -20.0 %" in done.stdout
    assert "10 changed against 10 untouched hosts" in done.stdout
    missing = fleet("compare", "--before", before, "--after", after, "--changed", "db*")
    assert isinstance(missing.exception, InputError)


def test_the_store_answers_conditions_and_since_when(tmp_path) -> None:
    db = tmp_path / "fleet.sqlite"
    first = slow_fleet(slow=0, hosts=4)
    later = [replace(one, content=f"{one.content} later", taken=2e9, received=2e9) for one in slow_fleet(1, 4)]
    for name, records in (("first", first), ("later", later)):
        out = kept(tmp_path / name, records)
        assert "4 readings stored, 0 known before" in fleet("ingest", out, "--db", db).stdout
    done = fleet("query", "cpu.governors == 'powersave'", "--db", db)
    assert (done.stdout, done.stderr, done.exit_code) == ("h00\n", "1 of 4 hosts\n", 0)
    assert fleet("query", "vm.swappines > 1", "--db", db).exception
    unknown = fleet("query", "environment.kind == 'vm'", "--db", db)
    assert (unknown.stdout, unknown.exit_code) == ("", 3) and "unknown for 4" in unknown.stderr
    moved = fleet("since", "--db", db).stdout
    assert moved == "2033-05-18 03:33:20 UTC  h00: cpu.governors performance -> powersave\n"
    assert fleet("since", "cpu.governors", "--host", "h01", "--db", db).stdout.startswith("No setting changed")
    baseline = tmp_path / "b.json"
    fleet("baseline", tmp_path / "first", "-o", baseline)
    drifted = fleet("drift", db, "--baseline", baseline)
    since = "since 2033-05-18 03:33:20 UTC"
    assert drifted.stdout == f"h00: cpu.governors = powersave, accepted: performance, {since}\n"
    assert fleet("list", db).stdout.count("\n") == 4


def test_the_page_escapes_everything_and_loads_nothing() -> None:
    records = [replace(one, host=f"{HOSTILE}{one.host}", cohort=HOSTILE) for one in slow_fleet()]
    bad = HostRecord(host=HOSTILE, source="", content="", error=f"cut off {HOSTILE}")
    page = fleet_page(comparison(digest_of([*records, bad])))
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
    assert not re.search(r"(?:src|href)=\"(?!data:,|#)", page)
    assert "default-src 'none'" in page and "59.8 % of its cohort" in page


def test_names_of_hosts_stay_whole_in_narrow_tables() -> None:
    """With `anywhere` each letter may begin a line, so columns shrink to two letters before a table scrolls."""
    (cells,) = re.findall(r"\nth, td \{(.*?)\}", (ROOT / "reports" / "fleet.css").read_text())
    assert "overflow-wrap: break-word;" in cells


def test_a_host_that_is_off_in_many_metrics_is_one_row_of_the_page() -> None:
    """Three hosts with forty metrics each leave room for the others."""
    many = [
        replace(one, cells=tuple(cell._replace(metric=f"read.lat_p{i}") for i in range(40) for cell in one.cells))
        for one in slow_fleet()
    ]
    page = fleet_page(comparison(digest_of(many)))
    (table,) = re.findall(r"<table><caption class=\"hidden\">Outliers<.*?</table>", page, re.DOTALL)
    assert table.count("<tr>") == 1 + 3 and table.count("<details><summary>36 more<") == 3
    assert table.count("% of its cohort") == 120


def test_names_of_settings_break_between_their_parts(tmp_path) -> None:
    assert key_parts(SettingKey("nic.shaped_bits_per_s", "eth0")) == ["nic.", "shaped_", "bits_", "per_s ", "eth0"]
    page = fleet_page(comparison(digest_of(slow_fleet(slow=1))))
    assert '<code class="key">cpu.<wbr>governors</code>' in page
    (code,) = re.findall(r"\.key \{(.*?)\}", (ROOT / "reports" / "fleet.css").read_text())
    assert "overflow-wrap: normal;" in code


def test_the_page_of_ten_thousand_hosts_is_small(tmp_path) -> None:
    records = slow_fleet(slow=100, hosts=10_000)
    page = fleet_page(comparison(digest_of(records)))
    assert len(page.encode()) < 5e6
    data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL)[1])
    assert len(data["rows"]) == 10_000 and data["rows"][0][:4] == ["h00", 0, 1, "high"]


def test_the_report_command_writes_the_page(tmp_path) -> None:
    out = kept(tmp_path / "out", slow_fleet())
    fleet("baseline", out, "-o", tmp_path / "b.json")
    assert fleet("report", out, "-o", tmp_path / "p.html", "--baseline", tmp_path / "b.json").exit_code == 0
    assert "Drift from" in (tmp_path / "p.html").read_text()


def test_each_host_has_its_own_page_that_is_linked(bundles, judged, tmp_path) -> None:
    words = ("-o", tmp_path / "fleet.html", "--pages", tmp_path / "own pages")
    few = kept(tmp_path / "few", list(islice((one for one in host_records(str(judged[0]))), 3)))
    assert fleet("report", few, *words).exit_code == 0
    data = json.loads(re.search(r'id="data">(.*?)</script>', (tmp_path / "fleet.html").read_text(), re.DOTALL)[1])
    links = {row[0]: row[6] for row in data["rows"] if len(row) > 6}
    assert len(links) >= 2
    for host, link in links.items():
        assert link == f"own%20pages/{host}.html"
        assert "<h1" in (tmp_path / "own pages" / f"{host}.html").read_text()


def test_names_of_hosts_make_no_paths(tmp_path) -> None:
    source = ROOT / "tests" / "data" / "planted" / "ksm.tar.gz"
    (record,) = slow_fleet(hosts=1)
    hostile = replace(record, host="../../x", source=str(source))
    assert write_host_pages([hostile, replace(record, source="gone")], tmp_path) == {"../../x": "..%2F..%2Fx.html"}
    assert [path.name for path in tmp_path.iterdir()] == ["..%2F..%2Fx.html"]


def families(text: str) -> dict[str, list]:
    return {one.name: one.samples for one in text_string_to_metric_families(text)}


def test_metrics_are_openmetrics_and_the_dashboard_asks_for_no_others(tmp_path) -> None:
    records = [*slow_fleet(), HostRecord(host="bad\nhost", source="", content="", error="cut off")]
    found = families(fleet_metrics(records, accept_baseline(digest_of(slow_fleet(slow=0)))))
    assert {sample.labels["host"]: sample.value for sample in found["perfadvisor_fleet_judged"]}["bad host"] == 0
    assert len(found["perfadvisor_fleet_result"]) == 20
    assert sum(sample.value for sample in found["perfadvisor_fleet_drifted_settings"]) == 3
    dashboard = (ROOT / "templates" / "grafana-fleet.json").read_text()
    assert set(re.findall(r"perfadvisor_fleet_\w+", dashboard)) <= found.keys()
    out = kept(tmp_path / "out", slow_fleet())
    assert fleet("metrics", out, "-o", tmp_path / "m.prom").exit_code == 0
    assert "perfadvisor_fleet_drifted_settings{" not in (tmp_path / "m.prom").read_text()


PANEL = {
    "type": "object",
    "required": ["id", "type", "title", "gridPos", "targets"],
    "properties": {
        "id": {"type": "integer"},
        "type": {"enum": ["stat", "timeseries"]},
        "gridPos": {"type": "object", "required": ["x", "y", "w", "h"], "additionalProperties": {"type": "integer"}},
        "targets": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["refId", "expr"]}},
    },
}


def test_the_dashboard_has_what_grafana_asks_of_one() -> None:
    """The fields of Grafana's dashboard JSON model (grafana.com/docs, "JSON model") that an import needs."""
    dashboard = json.loads((ROOT / "templates" / "grafana-fleet.json").read_text())
    schema = {"type": "object", "required": ["title", "uid", "schemaVersion", "panels", "templating"]}
    Draft202012Validator({**schema, "properties": {"panels": {"type": "array", "items": PANEL}}}).validate(dashboard)
    places = [panel["gridPos"] for panel in dashboard["panels"]]
    assert all(one["x"] + one["w"] <= 24 for one in places)
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(places)
    taken = [(x, y) for p in places for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])]
    assert len(taken) == len(set(taken)), "panels overlap"


def test_records_of_a_directory_are_those_that_were_kept(tmp_path) -> None:
    assert sorted(one.host for one in host_records(str(kept(tmp_path / "o", slow_fleet())))) == [
        f"h{number:02}" for number in range(20)
    ]
