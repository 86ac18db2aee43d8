"""fio's job files: sections as workloads, with fio's defaults, under the rules of the closed list."""

import pytest

from perfadvisor.errors import InputError
from perfadvisor.tools.own.job_file import JobFile, TypedPlaces, workloads

TEXT = """\
; a comment
[global]
ioengine=libaio
direct=1
size=64m
runtime=30
ramp_time=2s
group_reporting

[seq read]
rw=read
bs=1m
# another
iodepth=8
stonewall

[rand]
rw=randwrite
stonewall
"""


def read(text: str, **place: str) -> JobFile:
    return workloads("dir/my job.fio", text, TypedPlaces(**place))


def test_each_section_is_a_workload() -> None:
    found = read(TEXT)
    first, second = found.workloads
    assert (first.id, second.id) == ("fio/my-job-seq-read", "fio/my-job-rand")
    assert first.parameters == {
        "engine": "libaio",
        "rw": "read",
        "block_size_bytes": 1 << 20,
        "iodepth": 8,
        "direct": True,
        "size_bytes": 64 << 20,
    }
    assert (first.runtime_s, first.warmup_s, first.tool, first.device) == (30.0, 2.0, "fio", "storage")
    assert (first.metrics[0], second.metrics[0]) == ("read.iops", "write.iops")
    assert found.notes == ()


def test_fios_defaults_hold_and_differences_are_told() -> None:
    found = read("[a]\nrw=randread\n[b]\nfilename=data.bin\nbuffered=1\n")
    assert found.workloads[0].parameters == {
        "engine": "psync",
        "rw": "randread",
        "block_size_bytes": 4096,
        "iodepth": 1,
        "direct": False,
    }
    assert [note.partition(": ")[2] for note in found.notes] == [
        "fio runs a, b at once; here each section is measured on its own",
        "sections without size use 1 GiB",
        "a test file of perfadvisor stands for the file that it names",
    ]


def test_a_later_global_section_is_for_later_sections() -> None:
    found = read("[global]\nbs=8k\n[a]\n[global]\nbs=16k\n[b]\nstonewall\n")
    assert [one.parameters["block_size_bytes"] for one in found.workloads] == [8192, 16384]


@pytest.mark.parametrize(
    "option",
    [
        "exec_prerun=touch /tmp/x",
        "exec_postrun=x",
        "ioengine=external:/tmp/evil.so",
        "filename=/etc/shadow",
        "filename=/dev/sda",
        "filename=..",
        "filename=../x",
        "filename=a:b",
        "directory=/etc",
        "include x",
        "write_bw_log=/x",
        "bs=${HOME}",
        "bs=`id`",
        "hostname=x",
        "verify_state_save=1",
        "opendir=/",
        "filename_format=/x",
        "size=10%",
        "read_iolog=/x",
        "runtime=0",
        "runtime=forever",
        "ioengine=cpuio",
        "trigger=x",
        "bs=4k,8k",
    ],
)
def test_what_the_closed_list_lacks_is_an_error_at_its_line(option: str) -> None:
    with pytest.raises(InputError, match=r"my job\.fio:3"):
        read(f"[a]\nrw=read\n{option}\n")


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        read("[a]\nbogus=1\nfilename=/etc/passwd\n")
    assert [line.split()[0] for line in caught.value.message.splitlines()][:1] == ["dir/my"]
    assert len(caught.value.message.splitlines()) == 2


def test_a_path_that_the_user_typed_is_followed() -> None:
    read("[a]\nfilename=/dev/nvme1n1\n", device="/dev/nvme1n1")
    read("[a]\ndirectory=/mnt/x/\n", directory="/mnt/x")
    with pytest.raises(InputError, match="--device /dev/nvme1n1"):
        read("[a]\nfilename=/dev/nvme1n1\n", device="/dev/nvme2n1")


@pytest.mark.parametrize("text", ["", "[global]\nbs=4k\n", "[a]\n[a]\n", "[a b]\n[a/b]\n"])
def test_no_section_or_two_of_one_name(text: str) -> None:
    with pytest.raises(InputError):
        read(text)
