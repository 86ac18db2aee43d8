"""`--fio KEY=VALUE` and `--iperf3 KEY=VALUE`: only what is on the lists, in the tools' words or ours, and checked."""

import pytest

from perfadvisor.errors import InputError
from perfadvisor.tools.catalogue import TOOLS
from perfadvisor.tools.typed import read


@pytest.mark.parametrize(
    ("tool", "text", "parameter"),
    [
        ("fio", "hipri", ("hipri", True)),
        ("fio", "hipri=0", ("hipri", False)),
        ("fio", "refill_buffers=on", ("refill_buffers", True)),
        ("fio", "cpus_allowed=0-3,8", ("cpus_allowed", "0-3,8")),
        ("fio", "bs=16k", ("block_size_bytes", 16384)),
        ("fio", "size=1GiB", ("size_bytes", 1 << 30)),
        ("fio", "iodepth=64", ("iodepth", 64)),
        ("fio", "ioengine=libaio", ("engine", "libaio")),
        ("fio", "thinktime=100", ("thinktime", 100)),
        ("iperf3", "congestion=bbr", ("congestion_control", "bbr")),
        ("iperf3", "P=4", ("streams", 4)),
        ("iperf3", "affinity=0,1", ("affinity", "0,1")),
        ("iperf3", "no-delay", ("no_delay", True)),
        ("iperf3", "window=4m", ("window_bytes", 4 << 20)),
    ],
)
def test_read(tool: str, text: str, parameter: tuple[str, object]) -> None:
    assert read(f"--{tool}", text, TOOLS[tool].PARAMETERS) == parameter


@pytest.mark.parametrize(
    ("tool", "text", "why"),
    [
        ("fio", "hipry=1", "did you mean `hipri`?"),
        ("fio", "filename=/etc/passwd", "perfadvisor chooses the file"),
        ("fio", "exec_prerun=sh", "unknown parameter `exec_prerun`"),
        ("fio", "ioengine=external:/tmp/x.so", "`ioengine` should be one of"),
        ("fio", "write_bw_log=x", "unknown parameter `write_bw_log`"),
        ("fio", "cpus_allowed=0;id", "`cpus_allowed` should look like"),
        ("fio", "iodepth=0", "between 1 and 65536"),
        ("fio", "iodepth=-1", "should be a whole number"),
        ("fio", "iodepth", "`iodepth` needs a value"),
        ("fio", "rate_iops=10k", "should be a whole number"),
        ("fio", "percentage_random=101", "between 0 and 100"),
        ("fio", "hipri=maybe", "should be true or false"),
        ("fio", "", "unknown parameter ``"),
        ("fio", "=1", "unknown parameter ``"),
        ("fio", "cpu_node={node}", "should be a whole number"),
        ("iperf3", "port=1", "perfadvisor chooses the far end"),
        ("iperf3", "logfile=/tmp/x", "unknown parameter `logfile`"),
        ("iperf3", "congestion=../x", "`congestion` should look like"),
        ("iperf3", "bitrate=10m", "should be a whole number"),
    ],
)
def test_what_is_refused(tool: str, text: str, why: str) -> None:
    with pytest.raises(InputError) as caught:
        read(f"--{tool}", text, TOOLS[tool].PARAMETERS)
    assert caught.value.message.startswith(f"--{tool} {text}: ")
    assert why in caught.value.message
    assert caught.value.hint.startswith("perfadvisor ")
