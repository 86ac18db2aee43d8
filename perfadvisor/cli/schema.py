"""`perfadvisor schema`: the JSON Schema of every file and output that other programs may rely on."""

import json
from importlib import import_module
from typing import Any

import click

# What it describes, and where its schema is: a value, or a function that makes it.
SCHEMAS = {
    "run": ("run.json of a run", "bundle.schema", "run_schema"),
    "trial": ("trial.json of each trial of a run", "bundle.schema", "trial_schema"),
    "snapshot": ("manifest.json in a snapshot's archive", "saved.snapshot_schema", "SCHEMA"),
    "facts": ("perfadvisor facts --format json", "report.facts_schema", "SCHEMA"),
    "findings": ("perfadvisor advise --format json", "report.schema", "SCHEMA"),
    "devices": ("perfadvisor devices --format json", "report.devices_json", "SCHEMA"),
    "gate": ("perfadvisor gate --json", "report.gate_json", "gate_schema"),
    "history": ("perfadvisor history check --json", "report.history_json", "history_schema"),
    "fleet": ("perfadvisor fleet outliers --json", "report.fleet.json_view", "fleet_schema"),
    "policy": ("the file that --policy names", "gating.policy_file", "policy_schema"),
    "calibration": ("the file that gate calibrate -o writes", "gating.calibration_file", "calibration_schema"),
}


@click.command(short_help="Print the JSON Schema of a file or output.")
@click.argument("name", type=click.Choice(list(SCHEMAS)), required=False)
def command(name: str | None) -> None:
    """Print the JSON Schema of a file or of an output, or list what there is a schema of.

    Rules, workloads and environments have theirs: `perfadvisor rules schema` and so on.
    """
    if name is None:
        for each, (what, _, _) in SCHEMAS.items():
            click.echo(f"{each:<12} {what}")
        return
    click.echo(json.dumps(schema(name), indent=2))


def schema(name: str) -> Any:  # noqa: ANN401 - JSON
    """The schema called so in the table."""
    _, module, attribute = SCHEMAS[name]
    found = getattr(import_module(f"perfadvisor.{module}"), attribute)
    return found() if callable(found) else found
