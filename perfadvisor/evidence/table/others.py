"""Results that tools measured, and what is recognized and not read, with the reason."""

from perfadvisor.evidence.kind import OutputKind, measured, refused

FIRST: tuple[OutputKind, ...] = (
    refused("a web page", r"(?i)\s*<(?:!DOCTYPE html|html)\b", None, "copy the text out of it"),
)
MEASURED: tuple[OutputKind, ...] = (
    measured(
        "fio",
        r"\s*\S.*: \((?:g=[0-9]+\): rw=|groupid=[0-9]+, jobs=[0-9]+\): err=)",
        r"\s|fio-[0-9]|Starting [0-9]|Jobs: |\.\.\.|Run status|Disk stats|\S.*: Laying out|fio: |\^C|[Nn]ote: ",
    ),
    measured(
        "iperf3",
        r"Connecting to host \S+, port|Accepted connection from |\[ *ID\](?:\[Role\])? +Interval +Transfer"
        r"|\[ *[0-9]+\] local \S+ port [0-9]+ connected to ",
        r"\[ *(?:[0-9]+|ID|SUM)\]|- - -|-{10,}|iperf|CPU Utilization|Accepted|Server listening|Test Complete|Starting"
        r"|\s+(?:Cookie|TCP MSS)|Time: |Reverse mode|(?:snd|rcv)_tcp|Summary Results",
    ),
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
