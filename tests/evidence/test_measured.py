"""Results that lie among saved outputs: judged beside the machine they were measured on, each as what it is."""

from pathlib import Path

import pytest

from perfadvisor.errors import InputError
from perfadvisor.judge import judge
from perfadvisor.model.fact import FactTable
from perfadvisor.model.rule import Outcome
from perfadvisor.report.view import ReportView
from perfadvisor.tools.facts_of_output import facts as facts_of_output
from tests.evidence import samples

IPERF3 = """Connecting to host server, port 5201
[  4] local 192.0.2.1 port 17810 connected to 192.0.2.2 port 5201
[ ID] Interval           Transfer     Bandwidth       Retr  Cwnd
[  4]   0.00-1.00   sec  2.17 GBytes  18.6 Gbits/sec    0   1.12 MBytes
[  4]   1.00-2.00   sec  1.18 GBytes  10.1 Gbits/sec  5300    236 KBytes
- - - - - - - - - - - - - - - - - - - - - - - - -
[ ID] Interval           Transfer     Bandwidth       Retr
[  4]   0.00-10.00  sec  12.9 GBytes  11.1 Gbits/sec  56738             sender
[  4]   0.00-10.00  sec  12.9 GBytes  11.1 Gbits/sec                  receiver
"""
FIO = """test: (g=0): rw=randread, bs=4K-4K/4K-4K/4K-4K, ioengine=libaio, iodepth=64
fio-2.0.13
Starting 1 process

test: (groupid=0, jobs=1): err= 0: pid=21034: Mon Jul 29 15:12:03 2013
  read : io=3034.3MB, bw=154925KB/s, iops=38731 , runt= 20055msec
    clat (usec): min=70 , max=2011400 , avg=1033.10, stdev=310.40
  cpu          : usr=0.17%, sys=0.94%, ctx=190034, majf=0, minf=5980
     issued    : total=r=776777/w=0/d=0, short=r=0/w=0/d=0
"""
COMMAND = "fio -name=test -filename=/dev/sdb -iodepth=64 -ioengine=libaio -direct=1 -rw=randread -bs=4k\n"
QM = "cores: 4\nmemory: 4096\nname: db\nscsi0: local-lvm:vm-100-disk-0,size=64G\nscsihw: virtio-scsi-single\n"


def judged(folder: Path, **texts: str) -> ReportView:
    files = [folder / f"{name}.txt" for name in texts]
    for file, text in zip(files, texts.values(), strict=True):
        file.write_text(text)
    return judge(files[0], more=files[1:])


def fired(view: ReportView) -> set[str]:
    return {one.rule.id for one in view.findings if one.outcome is Outcome.FIRES}


@pytest.mark.parametrize("start", [0, 1], ids=["whole", "without its first line"])
def test_results_alone_are_judged(tmp_path: Path, start: int) -> None:
    view = judged(tmp_path, paste="\n".join(IPERF3.splitlines()[start:]))
    assert "network-retransmits" in fired(view)
    (cell,) = view.cells
    assert view.run is not None and view.run.workloads[cell.workload].tool == "iperf3"


def test_what_a_server_prints_without_its_first_line_is_not_taken_for_the_clients(tmp_path: Path) -> None:
    lines = ["Accepted connection from 192.0.2.1, port 4000", *IPERF3.splitlines()[1:]]
    with pytest.raises(InputError):
        judged(tmp_path, paste="\n".join(lines))


def test_results_below_the_prompt_of_a_guest_are_not_those_of_its_host(tmp_path: Path) -> None:
    view = judged(tmp_path, paste=f"root@host:~# qm config 100\n{QM}root@db:~# {COMMAND}{FIO}")
    assert set(view.facts) == {"host", "db"} and not view.facts["host"].subjects("result")
    assert [cell.environment for cell in view.cells] == ["db"]
    assert [note.machine for note in view.evidence] == ["host", "db"]


def test_what_the_text_of_a_result_does_not_tell_is_not_known() -> None:
    fio = FactTable(facts_of_output(f"fio 4k.fio\n{FIO}".encode(), source="x"))
    assert fio.value("fio.version") == "fio-2.0.13" and fio.value("fio.has_json") is False
    no_file = FactTable(facts_of_output(f"fio 4k.fio\n{FIO.replace('fio-2.0.13', '')}".encode(), source="x"))
    assert no_file.value("fio.version") is None
    iperf3 = FactTable(facts_of_output(IPERF3.encode(), source="x"))
    assert iperf3.value("iperf3.intervals") is None and iperf3.value("iperf3.has_json") is False


def test_results_beside_outputs_without_a_prompt_are_of_the_same_machine(tmp_path: Path) -> None:
    view = judged(tmp_path, paste=f"{QM}\n```\n{FIO}```\n")
    (table,) = view.facts.values()
    assert table.subjects("result") and table.value("vm.vcpus", "db") == 4


def test_results_are_not_those_of_a_machine_that_was_read(tmp_path: Path) -> None:
    server = samples.DATA / "machines" / "emulated-server.tar.gz"
    (tmp_path / "paste.txt").write_text(IPERF3)
    view = judge(server, more=[tmp_path / "paste.txt"])
    assert set(view.facts) == {"emulated-server", "imported"} and "network-retransmits" in fired(view)


def test_the_same_test_twice_in_one_text_is_no_repeat(tmp_path: Path) -> None:
    slower = FIO.replace("38731", "9001").replace("776777", "180515")
    view = judged(tmp_path, paste=f"before:\n$ {COMMAND}{FIO}after:\n$ {COMMAND}{slower}")
    assert len(view.cells) == 2


def test_the_same_test_in_two_files_is_a_repeat(tmp_path: Path) -> None:
    view = judged(tmp_path, one=COMMAND + FIO, two=COMMAND + FIO.replace("776777", "776000"))
    (cell,) = view.cells
    assert len(cell.used) == 2


def parameters(view: ReportView) -> dict[str, object]:
    assert view.run is not None
    (workload,) = view.run.workloads.values()
    return dict(workload.parameters)


def test_the_command_counts_with_one_dash_and_indented(tmp_path: Path) -> None:
    text = "".join(f"  {line}\n" for line in FIO.splitlines())
    assert parameters(judged(tmp_path, paste=f"# {COMMAND}{text}"))["direct"] is True


def test_the_page_cache_is_not_said_to_be_used_where_nothing_says_so(tmp_path: Path) -> None:
    view = judged(tmp_path, paste=FIO)
    assert "direct" not in parameters(view) and "buffered" not in view.cells[0].workload


def test_without_the_jobs_own_line_nothing_is_known_of_what_was_asked_for(tmp_path: Path) -> None:
    text = "\n".join(FIO.splitlines()[4:]).replace("jobs=1", "jobs=4")
    assert not {"rw", "iodepth", "engine", "direct"} & set(parameters(judged(tmp_path, paste=text)))


def test_what_is_cut_off_before_its_results_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"paste\.txt"):
        judged(tmp_path, paste="\n".join(IPERF3.splitlines()[:5]))


@pytest.mark.parametrize(
    ("old", "new", "outcome"),
    [
        ("18.6 Gbits/sec    0", "18.6 Gbits/sec    0", Outcome.FIRES),
        ("18.6 Gbits/sec    0", "10.2 Gbits/sec    0", Outcome.NOT_APPLICABLE),  # as fast without losses
        ("18.6 Gbits/sec    0", "18.6 Gbits/sec    9", Outcome.FIRES),  # no second without any
    ],
)
def test_losses_slow_a_connection_only_where_its_seconds_say_so(
    tmp_path: Path, old: str, new: str, outcome: Outcome
) -> None:
    view = judged(tmp_path, paste=IPERF3.replace(old, new))
    assert {one.outcome for one in view.findings if one.rule.id == "network-retransmits"} == {outcome}
