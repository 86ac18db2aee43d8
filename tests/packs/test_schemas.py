"""JSON Schema of the files that people write: every shipped file passes, and mistakes are refused."""

import pytest
from jsonschema import Draft202012Validator

from perfadvisor.gating.policy_file import policy_schema
from perfadvisor.packs.check import read
from perfadvisor.packs.locate import shipped, yaml_files
from perfadvisor.packs.schemas import rule_schema, suite_schema, workload_schema

RULES, WORKLOADS, SUITES = rule_schema(), workload_schema(), suite_schema()
SHIPPED = {
    "rules": (RULES, yaml_files(shipped("rules"))),
    "workloads": (WORKLOADS, [path for path in yaml_files(shipped("workloads")) if path.parent.name != "suites"]),
    "suites": (SUITES, yaml_files(shipped("workloads") / "suites")),
}


def refusals(schema, data):
    Draft202012Validator.check_schema(schema)
    return [error.message for error in Draft202012Validator(schema).iter_errors(data)]


@pytest.mark.parametrize("kind", SHIPPED)
def test_every_shipped_file_passes(kind):
    schema, files = SHIPPED[kind]
    validator = Draft202012Validator(schema)
    wrong = {path.name: error.message for path in files for error in validator.iter_errors(read(path).data)}
    assert len(list(files)) >= 8 and wrong == {}


WORKLOAD = {
    "id": "storage/mine",
    "title": "Mine",
    "why": "Because.",
    "tool": "fio",
    "parameters": {"rw": "randread", "iodepth": 4, "cpu_node": "{node}"},
    "metrics": ["read.iops"],
}
POLICY = {"version": 1, "metrics": [{"match": "storage/*", "margin": 0.05}]}
SUITE = {"id": "mine", "title": "Mine", "workloads": ["storage/*"]}


def rule(**changes):
    path = shipped("rules") / "pcie" / "pcie-link-width-degraded.yaml"
    return {**read(path).data, **changes}


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        pytest.param(WORKLOADS, WORKLOAD, {**WORKLOAD, "tool": "foi"}, id="unknown tool"),
        pytest.param(WORKLOADS, WORKLOAD, {**WORKLOAD, "parameters": {"blocks": 4096}}, id="unknown parameter"),
        pytest.param(WORKLOADS, WORKLOAD, {**WORKLOAD, "parameters": {"iodepth": 0}}, id="too small"),
        pytest.param(WORKLOADS, WORKLOAD, {**WORKLOAD, "parameters": {"cpu_node": "{none}"}}, id="unknown placeholder"),
        pytest.param(WORKLOADS, WORKLOAD, {**WORKLOAD, "metrics": ["read.latency"]}, id="unknown metric"),
        pytest.param(WORKLOADS, WORKLOAD, {**WORKLOAD, "titel": "Mine"}, id="unknown key"),
        pytest.param(RULES, rule(), rule(severity="urgent"), id="unknown severity"),
        pytest.param(RULES, rule(), rule(evidence=["pci.link_widht"]), id="unknown fact"),
        pytest.param(RULES, rule(), rule(given={"pci.link_width": "8"}), id="fact of another type"),
        pytest.param(RULES, rule(), rule(references=[{"source": "x"}]), id="reference without a link"),
        pytest.param(RULES, rule(), rule(cases=[]), id="no cases"),
        pytest.param(
            policy_schema(), POLICY, {**POLICY, "metrics": [{"match": "x", "margin": 3}]}, id="margin of 300 %"
        ),
        pytest.param(SUITES, SUITE, {**SUITE, "repeats": 0}, id="no repeats"),
    ],
)
def test_mistakes_are_refused(schema, good, bad):
    assert refusals(schema, good) == []
    assert refusals(schema, bad) != []
