"""No parameter of a workload can put anything else on a command line than what its tool declares."""

import itertools
import re

import pytest

from perfadvisor.model.workload import Trial, Workload
from perfadvisor.tools.catalogue import TOOLS
from perfadvisor.tools.context import Context
from perfadvisor.tools.fio_raw import RAW
from perfadvisor.tools.iperf3_several import CLIENTS, SERVERS
from perfadvisor.tools.parameters import Parameter, complaints

HOSTILE = (
    "external:/tmp/evil.so",
    "/etc/shadow",
    "x:y",
    "--exec_prerun=sh",
    "-e",
    "a b",
    "a\nb",
    "$HOME",
    "`id`",
    "$(id)",
    "${HOME}",
    "",
    "read,write",
    "io_uring ",
    "IO_URING",
    "0000:01:00.0 --x",
    "\0",
    "{node}x",
)
CLOSED = [tool for tool in TOOLS if tool != "command"]  # that one runs what the user typed or allowed, and nothing else
EVERY = [(tool, name, parameter) for tool in CLOSED for name, parameter in TOOLS[tool].PARAMETERS.items()]
FORBIDDEN = ("exec_prerun", "exec_postrun", "include", "verify_state", "write_lat_log", "write_bw_log", "ioengine=ext")
OPTIONS = {
    "fio": """name ioengine direct fixedbufs registerfiles rw bs iodepth numjobs rwmixread fdatasync rate_iops filename
        readonly overwrite allow_file_create size iomem hugepage-size numa_cpu_nodes numa_mem_policy thread randrepeat
        norandommap time_based runtime ramp_time percentile_list lat_percentiles clat_percentiles eta output-format
        protocol port nodelay pingpong hostname listen fallocate refill_buffers end_fsync""",
    "iperf3": """client port connect-timeout time omit interval udp bitrate parallel length window reverse bidir
        zerocopy json server one-off bind congestion set-mss fq-rate affinity no-delay""",
    "dmabench": "pages size sizes bytes cpu-node memory-node threads repeats group device seconds warmup load",
}


@pytest.mark.parametrize(("tool", "name", "parameter"), EVERY, ids=[f"{tool}-{name}" for tool, name, _ in EVERY])
def test_every_text_is_from_a_closed_list_or_has_a_form(tool, name, parameter) -> None:
    assert parameter.type is not str or parameter.choices or parameter.form
    for value in HOSTILE:
        assert list(complaints({name: parameter}, {name: value})), value


def test_a_name_that_is_not_declared_is_refused() -> None:
    for tool, name in itertools.product(CLOSED, ("filename", "exec_prerun", "ioengine", "include", "opt", "", "--x")):
        assert list(complaints(TOOLS[tool].PARAMETERS, {name: "x"}))


def values(parameter: Parameter) -> tuple[object, ...]:
    """Everything a text can be, and numbers from either end."""
    if parameter.type is bool:
        return (True, False)
    if parameter.form:
        return (parameter.example,)
    return parameter.choices or (parameter.type(parameter.low), parameter.type(parameter.high))


@pytest.mark.parametrize("tool", CLOSED)
def test_every_allowed_value_leads_to_known_options_alone(tool) -> None:
    known = set(OPTIONS[tool].split()) | (set(RAW) if tool == "fio" else set())
    context = Context(file="/d/a:b --x", host="-h", bind="-b", program=f"/opt/{tool}", pci_address="0000:01:00.0")
    engines = values(TOOLS[tool].PARAMETERS["engine"]) if tool == "fio" else ("",)
    for engine, (name, parameter) in itertools.product(engines, TOOLS[tool].PARAMETERS.items()):
        for value in values(parameter):
            for argv in commands(tool, {**({"engine": engine} if engine else {}), name: value}, context):
                if argv[0] == "sh":  # a fixed script, whose words are arguments
                    assert argv[1] == "-c" and argv[2] in (CLIENTS, SERVERS)
                    argv = argv[6:]
                words = [word for word in argv[1:] if word.startswith("-")]
                assert argv[0] == f"/opt/{tool}"
                assert {re.split("[= ]", word.lstrip("-"))[0] for word in words} <= known, argv
                assert not [word for word in argv if any(bad in word for bad in FORBIDDEN)]


def commands(tool: str, given: dict, context: Context) -> list[tuple[str, ...]]:
    workload = Workload(id="a/b", title="", device="a", tool=tool, parameters=given, metrics=())
    trial = Trial(
        number=1, workload="a/b", environment="", repeat=1, position=1, runtime_s=1, warmup_s=0, parameters=given
    )
    one = TOOLS[tool]
    made = (one.command(workload, trial, context), one.prepare(workload, context), one.server(workload, context))
    return [argv for argv in made if argv]
