"""A machine on which every process can be looked at, made of the one that the tests run on.

Tests also run in containers and where a supervisor is closed to root. Writing to a raw device is rightly refused there,
so tests of what follows take the processes that can be looked at for all there are.
"""

from pathlib import Path

from perfadvisor.targets.raw import users


def readable_proc(place: Path) -> Path:
    """A directory like /proc that has the processes which can be looked at, and later ones not at all."""
    place.mkdir()
    for process in (Path("/proc/self"), *Path("/proc").glob("[0-9]*")):
        try:
            for link in (*(process / "fd").iterdir(), *(process / "map_files").iterdir()):
                link.exists()
        except OSError:
            continue
        (place / process.name).symlink_to(process)
    return place


def first_namespaces() -> dict[str, int]:
    """The namespaces of this process, to be taken for the first ones."""
    return {name: Path(f"/proc/self/ns/{name}").stat().st_ino for name in users.FIRST_NAMESPACES}


def main() -> None:
    """perfadvisor on such a machine: `python -m tests.machine_seen DIR ARGUMENTS...`."""
    import sys

    from perfadvisor.cli import main as perfadvisor

    users.PROC = readable_proc(Path(sys.argv.pop(1)))
    users.FIRST_NAMESPACES = first_namespaces()
    perfadvisor()


if __name__ == "__main__":
    main()
