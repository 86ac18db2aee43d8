"""`perfadvisor run`: measure."""

from typing import Any

import click
from click.core import ParameterSource

from perfadvisor.cli.changes_option import changes_options
from perfadvisor.cli.own_option import TypedWork, own_options
from perfadvisor.cli.path_type import PathType


@click.command(short_help="Measure: storage, network and memory, several fresh runs of each.")
@click.argument("names", metavar="[SUITE|WORKLOAD|JOBFILE.fio]...", nargs=-1)
@click.option(
    "--env",
    "environments",
    multiple=True,
    metavar="SPEC",
    help="Measure there; repeat it to compare (default: local; example: vm:memory=2G).",
)
@click.option(
    "--environments",
    "named",
    type=PathType(),
    metavar="FILE",
    help="Read named environments from this YAML file.",
)
@click.option("--budget", metavar="TIME", help="Fit all trials into this time (example: 90s, 5m).")
@click.option(
    "--out",
    "-o",
    "--output",
    "out",
    type=PathType(),
    metavar="DIR",
    help="Create this directory for the results (default: perfadvisor-DATE-TIME).",
)
@click.option(
    "--report",
    "page",
    type=PathType(dir_okay=False),
    metavar="FILE",
    help="Also write the report as this HTML page (example: report.html).",
)
@click.option(
    "--redact",
    is_flag=True,
    help="Also write a copy to share, DIR-redacted: names, addresses and serial numbers are replaced.",
)
@click.option(
    "--wait-quiet",
    metavar="TIME",
    is_flag=False,
    flag_value="5m",
    default=None,
    help="Wait until other load ends before the first trial, at most this long (default: 5m).",
)
@click.option("--resume", "unfinished", type=PathType(), metavar="DIR", help="Finish this interrupted run.")
@click.option("--like", type=PathType(), metavar="RUN", help="Measure the workloads of this run again.")
@click.option(
    "--repeats",
    type=click.IntRange(1, 1000),
    help="Run each workload this often as a new process (default: the suite's).",
)
@click.option(
    "--precision",
    metavar="SHARE",
    help="Repeat each workload until its headline is known within this share of itself (example: 2%).",
)
@click.option(
    "--seed", type=click.IntRange(0), help="Shuffle the trials with this seed; the same seed gives the same order."
)
@click.option("--dir", "directory", type=PathType(), metavar="TESTDIR", help="Write test files here.")
@click.option(
    "--device",
    default="",
    metavar="DEV",
    help="Use this raw block device instead of a test file (example: /dev/nvme1n1).",
)
@click.option(
    "--vfio", multiple=True, metavar="BDF", help="Temporarily bind this PCI device to vfio-pci for DMA mapping tests."
)
@click.option(
    "--domain",
    type=click.Choice(("identity", "DMA", "DMA-FQ")),
    help="Set the IOMMU translation of --device for this run.",
)
@click.option(
    "--peer", default="", metavar="SPEC", help="Run network tests against this: ssh:USER@HOST or local:ADDRESS."
)
@click.option(
    "--workloads",
    "own",
    multiple=True,
    type=PathType(),
    metavar="DIR",
    help="Also load workloads from here.",
)
@changes_options
@click.option(
    "--precondition",
    is_flag=True,
    help="Write until the rate is steady before the trials that write; a raw device is purged and filled first.",
)
@click.option(
    "--controlled",
    is_flag=True,
    help="Hold governors, deep idle states, irqbalance and others' cpusets for the run, and restore them.",
)
@click.option(
    "--rating",
    default="",
    metavar="NAME=NUMBER,...",
    help="Compare with what the disk is rated at (example: read=7g,write=5g,read_iops=1m,write_iops=900k).",
)
@own_options
@click.pass_context
def command(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - click passes them by name
    """Measure the suites or workloads named (default: quick), and keep the results in a new directory.

    Nothing on the machine stays changed: test files, huge pages and namespaces are removed and devices rebound to
    their drivers, also after a kill. --resume DIR finishes an interrupted run of the same user. --like RUN
    takes only the names of the workloads from any run: parameters come from the workload files here, environments
    from --env.
    """
    from perfadvisor.cli.output import require_folder
    from perfadvisor.cli.run_body import begin, finish, go_on

    unfinished, page, redact = (options.pop(name) for name in ("unfinished", "page", "redact"))
    require_folder(page)
    work: TypedWork = options["work"]
    outcome = go_on(unfinished, _given(context), work) if unfinished else begin(**options)
    finish(outcome, page, redact=redact)


def _given(context: click.Context) -> set[str]:
    """The options that were typed, without those that a resumed run takes; `workload names` for those."""
    return {
        "workload names" if parameter.name == "names" else parameter.opts[0]
        for parameter in context.command.params
        if parameter.name and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
        if parameter.expose_value  # not those of every command
    } - {"--resume", "--report", "--redact", "--before-trial", "--after-trial", "--hook-limit"}
