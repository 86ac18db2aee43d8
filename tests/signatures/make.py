"""Makes the signatures with the tools installed here and keeps what is not zero: `python -m tests.signatures.make`.

On Debian: cryptsetup-bin lvm2 btrfs-progs xfsprogs qemu-utils bcache-tools f2fs-tools dosfstools ntfs-3g
exfatprogs nilfs-tools jfsutils reiserfsprogs reiser4progs udftools gfs2-utils ocfs2-tools squashfs-tools genisoimage
erofs-utils parted drbd-utils mtd-utils hfsutils apfsprogs makefs genromfs thin-provisioning-tools zfs-fuse postgresql
mariadb-server-core db-util lmdb-utils mdadm. As root, on loop devices, because some of these tools refuse a file. What
needs a kernel with md and device mapper is made in the lab (`--lab`). What cannot be made stays as it was kept before.
"""

import argparse
import base64
import json
import lzma
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.signatures.recipes import COMMANDS, LAB_COMMANDS, MIB, command

KEPT = Path(__file__).resolve().parents[1] / "data" / "signatures.json.xz"
BLOCK = 4096
MOST = 24  # blocks kept from either end: tables and random padding lie between


def main() -> None:
    """Make all of them; those that fail are printed, and the others kept."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--lab", action="store_true", help="only those that take another kernel, in the lab")
    asked.add_argument("--here", type=Path, help="make those of the lab here, into this file")
    asked.add_argument("--only", default="", help="only names that contain this")
    given = asked.parse_args()
    if given.here:
        given.here.write_text(json.dumps(made(LAB_COMMANDS)))
        return
    wanted = {name: row for name, row in COMMANDS.items() if given.only in name}
    kept = json.loads(lzma.decompress(KEPT.read_bytes())) | (in_the_lab() if given.lab else made(wanted))
    KEPT.write_bytes(lzma.compress(json.dumps(kept).encode(), preset=9))
    print(f"{len(kept)} of {len(COMMANDS | LAB_COMMANDS)} kept in {KEPT}, {KEPT.stat().st_size} bytes")


def in_the_lab() -> "dict[str, Any]":
    """Those that take md and device mapper, made in an emulated server."""
    from tests.lab.server import Server

    with tempfile.TemporaryDirectory(prefix="perfadvisor-lab-") as name:
        ready = "modprobe loop; mkdir -p /run/made; mount -t tmpfs none /run/made; export TMPDIR=/run/made"
        script = f"{ready}\npython -S -m tests.signatures.make --here {name}/made.json"
        ran = Server(directory=Path(name)).run(script, 600.0)
        print(ran.output)
        return json.loads((Path(name) / "made.json").read_text())


def made(wanted: "dict[str, tuple[int, str]]") -> "dict[str, Any]":
    """What each command wrote."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, (mebibytes, _) in wanted.items():
            image = Path(folder) / "image"
            with image.open("wb") as file:
                file.truncate(mebibytes * MIB)
            failed = made_on_loop(name, image)
            extents = list(blocks(image))
            if failed or not extents:
                print(f"{name}: {failed or 'wrote nothing'}", file=sys.stderr)
                continue
            found[name] = {"bytes": mebibytes * MIB, "blocks": extents[:MOST] + extents[MOST:][-MOST:]}
            print(f"{name}: {len(extents)} blocks")
            image.unlink()
    return found


def made_on_loop(name: str, image: Path) -> str:
    """Run the command on a loop device over the image; why it failed, or nothing."""
    loop = subprocess.run(["losetup", "--show", "-f", str(image)], capture_output=True, text=True, check=True).stdout
    node = loop.strip()
    try:
        work = image.parent / "work"
        work.mkdir(exist_ok=True)
        line = command(name, node).replace(f"{node}.", f"{work}/{abs(hash(name))}.")
        done = subprocess.run(line, shell=True, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
        return done.stderr.strip()[-300:] or "failed" if done.returncode else ""
    finally:
        subprocess.run(["losetup", "-d", node], check=True)


def blocks(image: Path) -> "list[tuple[int, str]]":
    """Every block that is not zero."""
    found = []
    with image.open("rb") as file:
        for number in range(image.stat().st_size // BLOCK):
            block = file.read(BLOCK)
            if any(block):
                found.append((number, base64.b64encode(block).decode()))
    return found


if __name__ == "__main__":
    main()
