"""What other benchmarks print, as fresh runs: one output is one run of each of its figures.

qperf, sockperf, perftest (ib_*_bw, ib_*_lat), netperf, iperf 2, sysbench, STREAM, Intel's Memory Latency Checker, and
fio's terse lines. Names of metrics are those that the tool prints."""

import re
from collections.abc import Callable, Iterator

from perfadvisor.gating.value import Value
from perfadvisor.model.result import Better

_N = r"([0-9]{1,15}(?:\.[0-9]{1,9})?)"
_HIGHER = ("/s", "/sec", "bps", "pps", "persecond")

Values = Iterator[Value]


def _value(workload: str, metric: str, unit: str, number: str, better: Better | None = None) -> Value:
    told: Better = "higher" if unit.lower().replace(" ", "").endswith(_HIGHER) else "lower"
    return Value(workload=workload, metric=metric, unit=unit, better=better or told, value=float(number))


def _qperf(text: str) -> Values:
    """`tcp_bw:` with lines ` bw  =  1.32 GB/sec` below it."""
    test = ""
    for line in text.splitlines():
        if match := re.fullmatch(r"([a-z][a-z0-9_]{2,30}):", line.strip()):
            test = match[1]
        elif test and (match := re.fullmatch(rf"(bw|send_bw|recv_bw|latency|msg_rate)\s+=\s+{_N} (\S+)", line.strip())):
            yield _value(test, match[1], match[3], match[2])


def _sockperf(text: str) -> Values:
    """Latencies of ping-pong and under load, and rates of a throughput test."""
    for match in re.finditer(rf"Summary: (Latency|Message Rate|BandWidth) is {_N} \[?([A-Za-z/]+)\]?", text):
        yield _value("sockperf", match[1], match[3], match[2], "lower" if match[1] == "Latency" else "higher")
    for match in re.finditer(rf"percentile (50\.000|99\.000|99\.900) = +{_N}", text):
        yield _value("sockperf", f"latency p{float(match[1]):g}", "usec", match[2])


def _perftest(text: str) -> Values:
    """Each size of a message is a workload of its own."""
    title = re.search(r"^\s*(\S.{1,40}? (?:BW|Latency) Test)\s*$", text, re.MULTILINE)
    heads: list[str] = []
    for line in text.splitlines():
        cells = line.split()
        if cells[:2] == ["#bytes", "#iterations"]:
            heads = re.findall(r"(?:BW |)[\w#%.]+(?: percentile)?\[[^\]]+\]|#\w+", line)
        elif heads and len(cells) == len(heads) and all(re.fullmatch(_N, cell) for cell in cells):
            for head, cell in zip(heads[2:], cells[2:], strict=True):
                if match := re.fullmatch(r"(BW average|MsgRate|t_typical|t_avg|99% percentile)\[([^\]]+)\]", head):
                    better: Better = "higher" if match[1] in ("BW average", "MsgRate") else "lower"
                    name = title[1] if title else "perftest"
                    yield _value(f"{name} {cells[0]} bytes", match[1], match[2], cell, better)


def _netperf(text: str) -> Values:
    """A stream's throughput in 10^6 bits, or a request and response test's transactions a second."""
    title = re.search(r"(TCP|UDP|SCTP)[ _](STREAM|MAERTS|SENDFILE|RR|CRR|REQUEST/RESPONSE)\b[^\n]* TEST", text)
    cells = (line.split() for line in text.splitlines())
    rows = [row for row in cells if len(row) in (5, 6) and all(re.fullmatch(_N, cell) for cell in row)]
    if title is None or not rows:
        return
    name, last = f"{title[1]}_{title[2]}", rows[0][-1]
    if "10^6bits" in text:
        yield _value(name, "throughput", "10^6bits/sec", last)
    elif re.search(r"Trans\.|per sec", text):
        yield _value(name, "transactions", "transactions/s", last)


def _iperf2(text: str) -> Values:
    """The line of all streams where there is one, else the last interval, which is the whole."""
    if not re.search(r"^-*\s*Client connecting to .*(?:TCP|UDP) port \d+", text, re.MULTILINE):
        return
    rows = re.findall(rf"^\[ *(\d+|SUM)\] +{_N}- *{_N} sec +\S+ +\S?Bytes +{_N} (\S?bits/sec)", text, re.MULTILINE)
    sums = [row for row in rows if row[0] == "SUM"] or rows
    if sums:
        yield _value("iperf 2", "bandwidth", sums[-1][4], sums[-1][3])


_SYSBENCH = (
    (rf"events per second: +{_N}", "events", "events/s"),
    (rf"\(({_N[1:-1]}) MiB/sec\)", "memory", "MiB/s"),
    (rf"reads/s: +{_N}", "reads", "reads/s"),
    (rf"writes/s: +{_N}", "writes", "writes/s"),
    (rf"read, MiB/s: +{_N}", "read", "MiB/s"),
    (rf"written, MiB/s: +{_N}", "written", "MiB/s"),
    (rf"95th percentile: +{_N}", "latency p95", "ms"),
)


def _sysbench(text: str) -> Values:
    if not re.search(r"^sysbench [0-9]", text, re.MULTILINE):
        return
    for pattern, metric, unit in _SYSBENCH:
        for match in re.finditer(pattern, text):
            yield _value("sysbench", metric, unit, match[1])


def _stream(text: str) -> Values:
    """The best rate of each kernel, as STREAM reports it."""
    if "Best Rate MB/s" in text:
        for match in re.finditer(rf"^(Copy|Scale|Add|Triad): +{_N} ", text, re.MULTILINE):
            yield _value("STREAM", match[1], "MB/s", match[2])


def _mlc(text: str) -> Values:
    """Intel Memory Latency Checker: idle latency, and peak bandwidths by their mix."""
    if "Memory Latency Checker" not in text:
        return
    for match in re.finditer(rf"^(ALL Reads|\d:\d Reads-Writes|Stream-triad like)\s*:\s*{_N}", text, re.MULTILINE):
        yield _value("MLC", match[1], "MB/s", match[2])
    if found := re.search(rf"Each iteration took \S+ .*?\(\s*{_N}\s*ns\)", text):
        yield _value("MLC", "idle latency", "ns", found[1])


_TERSE_READ, _TERSE_WRITE = 5, 46  # first field of each direction in versions 3 and 4 (fio(1), TERSE OUTPUT)


def _terse(text: str) -> Values:
    """A line of each job; a direction that did nothing has no figures."""
    for line in text.splitlines():
        fields = line.strip().split(";")
        if len(fields) > 120 and fields[0] in ("3", "4") and fields[1].startswith("fio-") and fields[4] == "0":
            for name, first in (("read", _TERSE_READ), ("write", _TERSE_WRITE)):
                if fields[first + 2].isdecimal() and fields[first + 2] != "0":
                    yield _value(fields[2], f"{name} IOPS", "IOPS", fields[first + 2], "higher")
                    yield _value(fields[2], f"{name} bandwidth", "KiB/s", fields[first + 1])


_FORMS: tuple[tuple[str, Callable[[str], Values]], ...] = (
    ("sockperf", _sockperf), ("perftest", _perftest), ("netperf", _netperf), ("iperf 2", _iperf2),
    ("sysbench", _sysbench), ("STREAM", _stream), ("Memory Latency Checker", _mlc), ("fio's terse output", _terse),
    ("qperf", _qperf),
)  # fmt: skip


def values(text: str) -> tuple[str, tuple[Value, ...]] | None:
    """(what wrote it, the values); None where none of these did."""
    for name, reads in _FORMS:
        if found := tuple(reads(text)):
            return name, found
    return None
