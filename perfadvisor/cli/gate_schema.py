"""The JSON Schemas of what the gate and the history read and write."""

import json


def schema_text(which: str) -> str:
    """The schema as JSON text."""
    return json.dumps(_schema(which), indent=2)


def _schema(which: str) -> object:
    if which == "policy":
        from perfadvisor.gating.policy_file import policy_schema

        return policy_schema()
    if which == "calibration":
        from perfadvisor.gating.calibration_file import CalibrationFile

        return CalibrationFile.model_json_schema()
    if which == "history":
        from perfadvisor.report.history_json import history_schema

        return history_schema()
    from perfadvisor.report.gate_json import gate_schema

    return gate_schema()
