import json
from dataclasses import replace

import jsonschema
import pytest

from perfadvisor.model.fact import Fact
from perfadvisor.report.json_view import render
from perfadvisor.report.schema import SCHEMA


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("environments", [("local",), ("local", "docker", "vm")])
def test_what_is_written_is_what_was_promised(view, environments) -> None:
    document = json.loads(render(view(environments=environments)))
    jsonschema.validate(document, SCHEMA)
    assert document["counts"] == {"fires": 6, "clear": 6, "unknown": 6, "not_applicable": 3}
    first = document["findings"][0]
    assert first["evidence"][0]["value"] == 8.0
    assert document["cells"][0]["estimates"][0]["values"] == list(
        view(environments=environments).cells[0].estimates[0].values
    )


def test_absent_is_not_a_value(view) -> None:
    irq = next(f for f in json.loads(render(view()))["findings"] if f["rule"] == "nic-irq-on-remote-node")
    assert [each["name"] for each in irq["absent"]] == ["nic.rx_usecs"]
    assert "nic.rx_usecs" not in [each["name"] for each in irq["evidence"]]


def test_numbers_json_does_not_know(view) -> None:
    fact = Fact(name="a.b", value=float("inf"), source="s")
    made = replace(view(), findings=(replace(view().findings[0], evidence=(fact,)),))
    document = json.loads(render(made))
    jsonschema.validate(document, SCHEMA)
    assert document["findings"][0]["evidence"][0]["value"] == "inf"


def test_an_unpromised_field_would_be_noticed(view) -> None:
    document = json.loads(render(view()))
    document["findings"][0]["surprise"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)
