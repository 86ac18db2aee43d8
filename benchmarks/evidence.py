"""How long saved outputs take: the facts of a sosreport of 20 MB, and advice on a paste of 2,000 lines.

The promises are 2 s and 1 s after start-up, on a machine that does nothing else. Both inputs are made of the samples in
`tests/data`: the sosreport has the emulated server's own files, every sample as an output below sos_commands, and logs
and packages, as real ones have, for the rest of its size. Packed with xz, as they are sent, unpacking comes on top."""

import lzma
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

ROUNDS = 5
DATA = Path(__file__).resolve().parents[1] / "tests" / "data"
SIZE = 20 << 20
LINES = 2_000
CODE = """
import sys, time
from pathlib import Path
{imports}
began = time.perf_counter()
{work}
print(time.perf_counter() - began)
"""
FACTS = CODE.format(imports="from perfadvisor.reading import read", work="read(Path(sys.argv[1]))")
ADVICE = CODE.format(imports="from perfadvisor.judge import judge", work="judge(Path(sys.argv[1]))")


def main() -> None:
    with TemporaryDirectory() as folder:
        sosreport, packed, paste = (Path(folder) / name for name in ("sosreport.tar", "sosreport.tar.xz", "paste.txt"))
        make_sosreport(sosreport)
        packed.write_bytes(lzma.compress(sosreport.read_bytes(), preset=1))
        paste.write_text(pasted())
        for name, code, path, promise in (
            (f"facts of {sosreport.stat().st_size / 1e6:.0f} MB", FACTS, sosreport, 2),
            (f"the same packed, {packed.stat().st_size / 1e6:.0f} MB", FACTS, packed, 2),
            (f"advice on {paste.read_text().count(chr(10)):,} lines", ADVICE, paste, 1),
        ):
            taken = [_once(code, path) for _ in range(ROUNDS)]
            print(
                f"{name:<24} median {median(taken):.2f} s, {min(taken):.2f} to {max(taken):.2f}  (promise: {promise} s)"
            )


def make_sosreport(path: Path) -> None:
    """Write one to `path`."""
    with tarfile.open(DATA / "machines" / "emulated-server.tar.gz") as server, tarfile.open(path, "w") as out:
        for member in server:
            if member.isfile() and member.name.startswith("files/") and (data := server.extractfile(member)):
                _add(out, f"sos/{member.name.removeprefix('files/')}", data.read())
        for file in sorted((DATA / "outputs").iterdir()):
            _add(out, f"sos/sos_commands/all/{file.stem.replace('-', '_-', 1)}", file.read_bytes())
        while out.offset < SIZE:
            _add(out, f"sos/var/log/messages-{out.offset}", _log(out.offset))
            _add(out, f"sos/sos_commands/logs/journalctl_--no-pager_{out.offset}", _log(out.offset))


def _log(first: int) -> bytes:
    """Lines of a journal, each different from all others."""
    lines = (
        f"Nov 28 05:{number // 60 % 60:02d}:{number % 60:02d} host systemd[{number * 7919 % 65536}]: Started service "
        f"{number * 2654435761 % 2**32:08x} that nobody asked about.\n"
        for number in range(first, first + 5_000)
    )
    return "".join(lines).encode()


def _add(out: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    out.addfile(member, BytesIO(data))


def pasted() -> str:
    """Outputs below prompts until there are enough lines."""
    found: list[str] = []
    files = [file for file in sorted((DATA / "outputs").iterdir()) if file.suffix == ".txt"]
    while len(found) < LINES:
        for file in files:
            found += [f"root@host:~# {file.stem.split('-')[0]}", *file.read_text().splitlines()]
    return "\n".join(found[:LINES]) + "\n"


def _once(code: str, path: Path) -> float:
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=True, capture_output=True, text=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()
