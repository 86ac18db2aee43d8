"""JSON Schema of the files that people write: rules, workloads and suites, for editors and other checkers.

A schema knows the names of facts, tools, parameters and metrics. What needs more than one value or file, such as the
type of a fact in a condition, only `rules lint` and `workloads lint` can tell.
"""

from typing import Any

from pydantic import BaseModel

from perfadvisor.model.fact import FactSpec
from perfadvisor.packs import plugins
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.packs.rule_file import RuleText
from perfadvisor.packs.suite_reader import SuiteFile
from perfadvisor.packs.workload_reader import WorkloadFile
from perfadvisor.tools.catalogue import TOOLS, Tool
from perfadvisor.tools.own.values import METRIC
from perfadvisor.tools.parameters import PLACEHOLDER, Parameter

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TYPES: dict[type, str] = {bool: "boolean", int: "integer", float: "number", str: "string"}


def rule_schema() -> Schema:
    """The schema of one rule file, with every fact a rule may name."""
    schema = _of(RuleText, "A rule of perfadvisor")
    facts = known_facts()
    values = {name: _fact(spec) for name, spec in facts.items()}
    values |= {f"host.{name}": value for name, value in values.items()}
    schema["properties"]["evidence"]["items"] = {"enum": list(values)}
    schema["properties"]["for_each"] = {
        "enum": ["", *sorted({spec.subject for spec in facts.values() if spec.subject})]
    }
    schema["$defs"]["facts"] = {"type": "object", "properties": values, "additionalProperties": False}
    schema["properties"]["given"] = {"$ref": "#/$defs/facts"}
    schema["$defs"]["CaseText"]["properties"]["facts"] = {"$ref": "#/$defs/facts"}
    return schema


def workload_schema() -> Schema:
    """The schema of one workload file: parameters and metrics are those of its tool."""
    plugins.add()
    schema = _of(WorkloadFile, "A workload of perfadvisor")
    schema["properties"]["tool"] = {"enum": sorted(TOOLS), "description": "the program that measures"}
    schema["allOf"] = [_of_tool(name, tool) for name, tool in TOOLS.items()]
    return schema


def suite_schema() -> Schema:
    """The schema of one suite file."""
    return _of(SuiteFile, "A suite of workloads of perfadvisor")


def _of(model: type[BaseModel], title: str) -> Schema:
    return {"$schema": DIALECT, **model.model_json_schema(), "title": title}


def _fact(spec: FactSpec) -> Schema:
    """A fact's value in a rule's case; null takes away what `given` gave."""
    unit = f", {spec.unit}" if spec.unit else ""
    return {"type": [_TYPES[spec.type], "null"], "description": spec.meaning + unit}


def _of_tool(name: str, tool: Tool) -> Schema:
    parameters = {key: _parameter(parameter) for key, parameter in tool.PARAMETERS.items()}
    parameters |= {
        theirs: {"type": ["string", "integer", "boolean"], "description": f"{name}'s own name of {key}"}
        for key, parameter in tool.PARAMETERS.items()
        for theirs in parameter.known_as
        if theirs not in parameters
    }
    chosen = {
        "parameters": {"properties": parameters, "additionalProperties": False},
        "metrics": {
            "items": {"enum": list(tool.METRICS)} if tool.METRICS else {"type": "string", "pattern": f"^{METRIC}$"}
        },
    }
    return {"if": {"properties": {"tool": {"const": name}}, "required": ["tool"]}, "then": {"properties": chosen}}


def _parameter(parameter: Parameter) -> Schema:
    value: Schema = {"type": _TYPES[parameter.type]}
    if parameter.choices:
        value["enum"] = list(parameter.choices)
    elif parameter.type in (int, float):
        value |= {"minimum": parameter.low, "maximum": parameter.high}
    if parameter.per_node:
        value = {"anyOf": [value, {"type": "string", "pattern": PLACEHOLDER.pattern.replace(r"\Z", "$")}]}
    return {**value, "description": parameter.meaning}
