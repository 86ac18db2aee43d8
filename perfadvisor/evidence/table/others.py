"""What is recognized and not read, with the reason."""

from perfadvisor.evidence.kind import OutputKind, refused

FIRST: tuple[OutputKind, ...] = (
    refused("a web page", r"(?i)\s*<(?:!DOCTYPE html|html)\b", None, "copy the text out of it"),
)
LAST: tuple[OutputKind, ...] = (
    refused(
        "iperf 2",
        r"(?:Client connecting to .*|Server listening on) (?:TCP|UDP) port \d+",
        r"\[ *(?:\d+|ID|SUM)\]|-{20,}|TCP window size:",
        "its results are not read; measure with iperf3 -J",
    ),
    refused(
        "lscpu in another language",
        r"\s*(?:Architektur|Arquitectura|Arquitetura|Architettura|Architecture )\s*:",
        r"\s*\S[^:]*:(?:\s|$)",
        "its names are translated; give LC_ALL=C lscpu",
    ),
    refused(
        "Windows",
        r"(?:Windows IP Configuration|Host Name:\s+\S+|OS Name:\s+Microsoft|PS [A-Z]:\\)",
        r".*",
        "perfadvisor reads outputs of Linux",
    ),
)
