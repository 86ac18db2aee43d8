"""New files of rules and workloads, made from templates that explain each field."""

from collections.abc import Iterator
from pathlib import Path

from perfadvisor.errors import InputError
from perfadvisor.packs.locate import shipped
from perfadvisor.packs.problems import Problem
from perfadvisor.packs.yamltext import Document, Keys
from perfadvisor.whole import write_whole

GAP = "TODO"
_TOOLS = {
    "fio": """\
tool: fio                             # fio, iperf3 or dmabench
parameters:                           # `perfadvisor workloads schema` lists them; the tool's own names work, too
  rw: randread
  ioengine: io_uring
  bs: 16k
  iodepth: 8
metrics: [read.iops, read.lat_p99]    # what judges it; the first one is the headline
""",
    "iperf3": """\
tool: iperf3                          # fio, iperf3 or dmabench
parameters:                           # `perfadvisor workloads schema` lists them
  protocol: tcp
  streams: 4
metrics: [bits_per_s]                 # what judges it; the first one is the headline
""",
    "dmabench": """\
tool: dmabench                        # fio, iperf3 or dmabench
parameters:                           # `perfadvisor workloads schema` lists them
  kernel: chase
  pages: 4k
metrics: [chase]                      # what judges it; the first one is the headline
""",
}
_TIMES = """\
runtime_s: 10                         # measured time of one trial
warmup_s: 2                           # time before it that the tool discards
"""
_TOOL_OF = {"network": "iperf3", "memory": "dmabench"}


def new_rule(rule_id: str, directory: Path) -> Path:
    """A new rule's file in the directory, which is made where it is missing. InputError where it is there already."""
    return _written(directory / f"{rule_id}.yaml", _text("new-rule.yaml", rule_id))


def new_workload(workload_id: str, directory: Path) -> Path:
    """The same for a workload, `storage/mine` in `directory/storage/mine.yaml`."""
    device = workload_id.partition("/")[0]
    text = _text("new-workload.yaml", workload_id) + _TOOLS[_TOOL_OF.get(device, "fio")] + _TIMES
    return _written(directory / f"{workload_id}.yaml", text)


def _text(template: str, name: str) -> str:
    return (shipped("templates") / template).read_text("utf-8").replace("id: ID  ", f"id: {name}  ")


def _written(path: Path, text: str) -> Path:
    if path.exists():
        raise InputError(f"{path}: exists already", "choose another name, or edit that file")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text.encode(), 0o644)
    return path


def gaps(document: Document) -> Iterator[Problem]:
    """The texts of a file that are still those of the template."""
    for keys, text in _texts(document.data, ()):
        if text.startswith(GAP):
            yield document.problem(keys, "still to be written: it begins with TODO")


def _texts(value: object, keys: Keys) -> Iterator[tuple[Keys, str]]:
    if isinstance(value, str):
        yield keys, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _texts(each, (*keys, key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _texts(each, (*keys, number))
