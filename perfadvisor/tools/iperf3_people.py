"""iperf3's output for people, of a client, as the document that `-J` would have given, with fewer digits.

The two directions of `--bidir` and what a server prints are left to the JSON: their totals are separate there.
"""

import re
from collections.abc import Iterable
from typing import Any

from perfadvisor.tools.iperf3_losses import slowed
from perfadvisor.tools.numbers import PRINTED

ITS_FORERUNNER = re.compile(r"^-*\s*(?:Client connecting to .*|Server listening on) (?:TCP|UDP) port \d+", re.MULTILINE)
_CONNECTED = re.compile(r"^\[ *\d+\] local (?P<local>\S+) port \d+ connected to (?P<remote>\S+) port \d+", re.MULTILINE)
_HOST = re.compile(r"^Connecting to host (?P<host>\S+), port \d+", re.MULTILINE)
_SENDS = re.compile(r"^\[ *ID\] Interval +Transfer +(?:Bandwidth|Bitrate) +Retr\b", re.MULTILINE)
_COUNT = "[0-9]{1,18}"
_ROW = re.compile(
    rf"^\[ *(?P<id>\d+|SUM)\] +{PRINTED}-(?P<end>{PRINTED}) +sec +(?P<size>{PRINTED}) (?P<size_unit>[KMGT]?)Bytes"
    rf" +(?P<rate>{PRINTED}) (?P<rate_unit>[KMGT]?)bits/sec(?P<rest>.*)$"
)
_LOSS = re.compile(rf"(?P<jitter>{PRINTED}) ms +(?P<lost>{_COUNT})/(?P<packets>{_COUNT})")
_WINDOW = re.compile(rf"(?<![0-9])(?P<retransmits>{_COUNT}) +(?P<window>{PRINTED}) (?P<unit>[KMG]?)Bytes")
_BINARY = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_DECIMAL = {"": 1.0, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


def document(text: str) -> dict[str, Any] | None:
    """The document of the first test in the text; None where its totals are not in it."""
    host = _HOST.search(text)
    connected = list(_CONNECTED.finditer(text))
    if not connected or "[TX-C]" in text or (host is None and not _is_client(text)):
        return None
    rows = [match for line in text.splitlines() if (match := _ROW.match(line.rstrip()))]
    ends = {end: _total(rows, end) for end in ("sender", "receiver")}
    if not ends["sender"] and not ends["receiver"]:
        return None
    udp = any(_LOSS.search(row["rest"]) for row in rows)
    end: dict[str, Any] = {
        key: found for key, found in (("sum_sent", ends["sender"]), ("sum_received", ends["receiver"])) if found
    }
    if (window := _window(rows)) and not udp:
        end["streams"] = [{"sender": {"max_snd_cwnd": window, "sender": True}}]
    end["losses_slowed"] = slowed(text)
    seconds = max(float(row["end"]) for row in rows)
    test = {
        "protocol": "UDP" if udp else "TCP",
        "num_streams": len(connected),
        "duration": round(seconds) or seconds,
        "reverse": int("Reverse mode" in text),
    }
    ends_of = {"local_host": connected[0]["local"], "remote_host": connected[0]["remote"]}
    return {"start": {"version": "", "connected": [ends_of] * len(connected), "test_start": test}, "end": end}


def _is_client(text: str) -> bool:
    """Whether a text without its first line is the client's: the end that sends prints a column of retransmits."""
    return "Accepted connection" not in text and _SENDS.search(text) is not None


def _total(rows: Iterable[re.Match[str]], end: str) -> dict[str, Any]:
    """The totals of one end: the line of all streams where there are several."""
    mine = [row for row in rows if row["rest"].rstrip().endswith(end)]
    if not mine:
        return {}
    row = next((row for row in mine if row["id"] == "SUM"), mine[0])
    found: dict[str, Any] = {
        "bits_per_second": float(row["rate"]) * _DECIMAL[row["rate_unit"]],
        "bytes": float(row["size"]) * _BINARY[row["size_unit"]],
        "seconds": float(row["end"]),
    }
    if loss := _LOSS.search(row["rest"]):
        found["jitter_ms"], found["lost_packets"] = float(loss["jitter"]), int(loss["lost"])
        found["packets"] = int(loss["packets"])
    elif retransmits := re.match(rf" +({_COUNT}) +sender", row["rest"]):
        found["retransmits"] = int(retransmits[1])
    return found


def _window(rows: Iterable[re.Match[str]]) -> int | None:
    """The largest congestion window of any stream and second."""
    found = (match for row in rows if row["id"] != "SUM" and (match := _WINDOW.search(row["rest"])))
    return max((int(float(match["window"]) * _BINARY[match["unit"]]) for match in found), default=None)
