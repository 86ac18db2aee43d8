"""`--fio KEY=VALUE`: only what is on the list, as fio spells it, with values that are checked."""

import subprocess

import pytest

from perfadvisor.errors import InputError
from perfadvisor.model.fact import Scalar
from perfadvisor.tools.fio_parameters import PARAMETERS
from perfadvisor.tools.fio_raw import RAW, flags, read
from perfadvisor.tools.parameters import Parameter


@pytest.mark.parametrize(
    ("text", "parameter"),
    [
        ("hipri", ("hipri", True)),
        ("hipri=0", ("hipri", False)),
        ("refill_buffers=on", ("refill_buffers", True)),
        ("cpus_allowed=0-3,8", ("cpus_allowed", "0-3,8")),
        ("bs=16k", ("block_size_bytes", 16384)),
        ("iodepth=64", ("iodepth", 64)),
        ("ioengine=libaio", ("engine", "libaio")),
        ("thinktime=100", ("thinktime", 100)),
    ],
)
def test_read(text: str, parameter: tuple[str, object]) -> None:
    assert read(text, PARAMETERS) == parameter


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hipry=1", "did you mean `hipri`?"),
        ("filename=/etc/passwd", "perfadvisor chooses the file"),
        ("exec_prerun=sh", "unknown parameter `exec_prerun`"),
        ("ioengine=external:/tmp/x.so", "`ioengine` should be one of"),
        ("write_bw_log=x", "unknown parameter `write_bw_log`"),
        ("cpus_allowed=0;id", "`cpus_allowed` should look like"),
        ("iodepth=0", "between 1 and 65536"),
        ("iodepth=-1", "should be a whole number"),
        ("iodepth", "`iodepth` needs a value"),
        ("percentage_random=101", "between 0 and 100"),
        ("hipri=maybe", "should be true or false"),
        ("", "unknown parameter ``"),
        ("=1", "unknown parameter ``"),
        ("cpu_node={node}", "should be a whole number"),
    ],
)
def test_what_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text, PARAMETERS)
    assert caught.value.message.startswith(f"--fio {text}: ")
    assert said in caught.value.message
    assert caught.value.hint.startswith("perfadvisor ")


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
