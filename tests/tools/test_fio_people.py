"""fio's output for people, held against the JSON that fio printed of the same run."""

import json
import time
from pathlib import Path

import pytest

from perfadvisor.errors import InputError
from perfadvisor.importer.pieces import configurations_in
from perfadvisor.model.fact import Fact
from perfadvisor.tools import fio_facts, fio_people
from perfadvisor.tools.fio_document import read
from perfadvisor.tools.fio_parse import output

DATA = Path(__file__).resolve().parents[1] / "data" / "fio"


def both(name: str) -> tuple[dict, str]:
    text = (DATA / name).read_text()
    start = text.index("{")
    document, length = json.JSONDecoder().raw_decode(text[start:])
    return document, text[:start] + text[start + length :]


@pytest.mark.parametrize("name", ["json-and-text.txt", "json-and-text-gtod-reduce.txt"])
def test_the_text_gives_what_the_json_gives_to_its_digits(name: str) -> None:
    document, text = both(name)
    whole, told = read(document), read(fio_people.document(text) or {})
    wanted = {sample.metric: sample.value for sample in output(whole, whole.jobs).samples}
    found = {sample.metric: sample.value for sample in output(told, told.jobs).samples}
    assert found == pytest.approx(wanted, rel=0.01) and found
    assert told.disks == pytest.approx(whole.disks, abs=0.001)
    assert told.jobs[0].usr_cpu_share == pytest.approx(whole.jobs[0].usr_cpu_share, abs=0.001)


OLD = """mytest: (g=0): rw=randread, bs=4K-4K/4K-4K/4K-4K, ioengine=libaio, iodepth=32
fio-2.2.10
Starting 1 process

mytest: (groupid=0, jobs=1): err= 0: pid=2031: Tue Mar  1 10:00:00 2016
  read : io=1024.0MB, bw=62504KB/s, iops=15625, runt= 16777msec
    slat (usec): min=3, max=61, avg= 5.10, stdev= 1.00
    clat (msec): min=1, max=10, avg= 2.04, stdev= 0.20
    clat percentiles (usec):
     |  1.00th=[ 1912], 50.00th=[ 2040], 99.00th=[ 2256]
  cpu          : usr=3.10%, sys=9.90%, ctx=262145, majf=0, minf=41
  IO depths    : 1=0.1%, 2=0.1%, 4=0.1%, 8=0.1%, 16=0.1%, 32=100.0%, >=64=0.0%
     issued    : total=r=262144/w=0/d=0, short=r=0/w=0/d=0, drop=r=0/w=0/d=0
"""


def test_the_spelling_of_version_2() -> None:
    (one,) = configurations_in(OLD.encode(), "x")
    found = {sample.metric: sample.value for sample in one.output.samples}
    assert found["read.iops"] == pytest.approx(15625, rel=0.001)
    assert found["read.bytes_per_s"] == pytest.approx(64_001_907, rel=0.001)
    assert (found["read.clat_mean"], found["read.clat_p50"]) == (2_040_000, 2_040_000)
    assert one.parameters["block_size_bytes"] == 4096 and one.parameters["iodepth"] == 32
    assert one.output.details["from_text"] is True


def test_whether_the_page_cache_was_in_the_way_is_not_known_without_the_command() -> None:
    (without,) = configurations_in(OLD.encode(), "x")
    (with_it,) = configurations_in(b"$ fio --name=mytest --direct=1 --rw=randread\n" + OLD.encode(), "x")
    assert "direct" not in without.parameters and "direct" not in without.output.details
    assert with_it.parameters["direct"] is True


def test_a_text_without_results_asks_for_the_json() -> None:
    with pytest.raises(InputError, match="output for people; give --output-format=json"):
        configurations_in(OLD[:150].encode(), "x")


@pytest.mark.parametrize("end", range(0, len(OLD), 60))
def test_a_text_cut_off_anywhere_gives_no_other_rate(end: int) -> None:
    document = fio_people.document(OLD[:end])
    rates = [way.iops for job in read(document or {}).jobs for way in job.directions]
    assert rates in ([], [pytest.approx(15625, rel=0.001)]) or "runt=" not in OLD[:end]


@pytest.mark.parametrize(
    ("sound", "broken"),
    [
        ("iops=15625", "iops=50.."),
        ("iops=15625", "iops=" + "9" * 400),
        ("runt= 16777msec", "runt= 167" + "7" * 5000),
        ("io=1024.0MB", "io=1024.0.0MB"),
        ("avg= 2.04", "avg= 0.5.0"),
        ("usr=3.10%", "usr=3.1.0%"),
        ("32=100.0%", "32=100.0.0%"),
        ("r=262144", "r=" + "2" * 5000),
        ("50.00th=[ 2040]", "50.00th=[ " + "2" * 5000),
    ],
)
def test_what_only_looks_like_a_number_is_absent(sound: str, broken: str) -> None:
    assert sound in OLD
    document = fio_people.document(OLD.replace(sound, broken) + "\n  sda: ios=1/2, util=9..9%\n")
    assert document is not None and document["disk_util"] == []
    way = document["jobs"][0]["read"]
    assert "iops" in way or "iops=" in sound
    told = read(document)
    output(told, told.jobs)


@pytest.mark.parametrize("number", ["groupid=", "jobs=", "err= "])
def test_a_job_with_five_thousand_digits_is_no_job(number: str) -> None:
    assert number in OLD
    assert fio_people.document(OLD.replace(number, number + "7" * 5000)) is None


@pytest.mark.parametrize("line", ["t: (g=0): rw=randread, bs=(R) {}", "     |  {}", "  IO depths    : {}", "  {}"])
def test_a_line_of_digits_takes_no_long_time(line: str) -> None:
    text = OLD.replace("  cpu ", line.format("9" * 3000) + "\n  cpu ")
    began = time.thread_time()
    assert fio_people.document(text)
    assert time.thread_time() - began < 2


def test_a_job_files_name_is_no_version_and_a_text_no_json() -> None:
    found = {
        fact.name: fact.value
        for fact in fio_facts.facts(f"# fio 4k.fio\nfio 4k.fio\n{OLD}".encode())
        if isinstance(fact, Fact)
    }
    assert (found["fio.version"], found["fio.has_json"]) == ("fio-2.2.10", False)
