"""fio's own options: those on the list alone, as fio spells them."""

import subprocess

import pytest

from perfadvisor.model.fact import Scalar
from perfadvisor.tools.fio_raw import RAW, flags
from perfadvisor.tools.parameters import Parameter


def test_flags_are_fios_own_words() -> None:
    given = {"hipri": True, "nonvectored": False, "cpus_allowed": "1", "fsync": 8, "rw": "read"}
    assert list(flags(given)) == ["--hipri=1", "--cpus_allowed=1", "--fsync=8"]


def test_the_examples_are_allowed() -> None:
    assert [name for name, parameter in RAW.items() if parameter.form and parameter.complaint(parameter.example)] == []


@pytest.mark.tools
def test_fio_knows_every_option() -> None:
    given = {name: _allowed(parameter) for name, parameter in RAW.items()}
    argv = ["fio", "--parse-only", "--name=x", "--ioengine=io_uring", "--rw=randwrite", "--size=1m", *flags(given)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def _allowed(parameter: Parameter) -> Scalar:
    return parameter.example or (parameter.choices[-1] if parameter.choices else parameter.type(1))
