"""The tests in one iperf3 file: a client writes one, a server one after the other."""

from perfadvisor.model.fact import Scalar
from perfadvisor.tools.configuration import Configuration, digest, moment, slug, span
from perfadvisor.tools.iperf3_document import Iperf3Run
from perfadvisor.tools.iperf3_parse import output


def configuration(run: Iperf3Run) -> Configuration | None:
    """The test, None where it never started and so nothing says what it would have been."""
    if run.protocol is None:
        return None
    parameters = _parameters(run)
    default = 131072 if run.protocol.upper() == "TCP" else None
    block = run.block_size_bytes if run.block_size_bytes != default else None
    return Configuration(
        tool="iperf3",
        device="network",
        label=_label(run),
        rest=digest({"block": block} if block else {}),
        target=run.remote_host,
        parameters=parameters,
        started=moment(run.timestamp),
        runtime_s=span(run.duration_s),
        warmup_s=span(run.omit_s),
        output=output(run),
    )


def _parameters(run: Iperf3Run) -> dict[str, Scalar]:
    found: dict[str, Scalar | None] = {
        "protocol": (run.protocol or "").lower(),
        "streams": run.num_streams,
        "reverse": run.reverse or None,
        "bidirectional": run.bidir or None,
        "bits_per_s": int(run.target_bitrate) if run.target_bitrate else None,
        "length_bytes": run.block_size_bytes,
    }
    return {name: value for name, value in found.items() if value is not None}


def _label(run: Iperf3Run) -> str:
    parts = [
        (run.protocol or "").lower(),
        f"{run.num_streams}-flows" if run.num_streams not in (None, 1) else "1-flow",
        "bidirectional" if run.bidir else "reverse" if run.reverse else "",
        f"at-{run.target_bitrate / 1e6:.6g}-mbit" if run.target_bitrate else "",
        "seen-by-server" if run.server_side else "",
    ]
    return slug("-".join(part for part in parts if part))
