"""A tool's parameter as a user types it for one run: `--fio bs=16k`, `--fio hipri`, `--iperf3 congestion=bbr`."""

import re
from dataclasses import replace

from perfadvisor.errors import InputError
from perfadvisor.model.fact import Scalar
from perfadvisor.specs.readers import SWITCH, bytes_of
from perfadvisor.tools.parameters import ELSEWHERE, Parameter, Parameters, complaints


def read(option: str, text: str, known: Parameters) -> tuple[str, Scalar]:
    """ "bs=16k" as a parameter and its value: ("block_size_bytes", 16384); a bare name is a switch that is on.

    `known` are the parameters that the tool's workloads may have; a placeholder of a NUMA node is for files alone.
    InputError, which begins with the `option`, for a name or a value that is not among them."""
    name, equals, word = text.partition("=")
    ours = next((one for one, parameter in known.items() if name == one or name in parameter.known_as), name)
    if ours not in known:
        problem = next((why for _, why in complaints(known, {name: word})), "")
    elif not equals and known[ours].type is not bool:
        problem = f"`{name}` needs a value"
    else:
        value = _value(ours, known[ours], word if equals else "1")
        why = replace(known[ours], per_node=False).complaint(value)
        if not why:
            return ours, value
        problem = f"`{name}` {why}"
    raise InputError(f"{option} {text}: {problem}", _hint(name))


def _hint(name: str) -> str:
    return "perfadvisor run --help" if name in ELSEWHERE else "perfadvisor workloads schema"


def _value(name: str, parameter: Parameter, word: str) -> Scalar:
    """The word as the parameter's type; as it is where it is none, which the parameter's check then names. Only sizes
    have prefixes: those of rates mean 1000 to some tools."""
    if parameter.type is bool:
        return {"1": True, "0": False, **SWITCH}.get(word.lower(), word)
    if parameter.type is int and name.endswith("_bytes"):
        try:
            return bytes_of(word)
        except ValueError:
            return word
    return int(word) if parameter.type is int and re.fullmatch(r"[0-9]{1,18}", word, re.ASCII) else word


def translated(known: Parameters, name: str, value: Scalar) -> tuple[str, Scalar]:
    """A parameter of a workload file as ours: under the tool's own name (`bs: 16k`) it is read as the tool would; under
    ours, and under an unknown name, it stays as it is."""
    ours = next((one for one, parameter in known.items() if name in parameter.known_as), None)
    if name in known or ours is None:
        return name, value
    if isinstance(value, str):
        return ours, _value(ours, known[ours], value)
    return ours, bool(value) if known[ours].type is bool and value in (0, 1) else value
