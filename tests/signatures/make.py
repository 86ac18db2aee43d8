"""Makes the signatures with the tools installed here and keeps what is not zero: `python -m tests.signatures.make`.

On Debian: cryptsetup-bin lvm2 btrfs-progs xfsprogs qemu-utils bcache-tools f2fs-tools dosfstools ntfs-3g
exfatprogs nilfs-tools jfsutils reiserfsprogs reiser4progs udftools gfs2-utils ocfs2-tools squashfs-tools genisoimage
erofs-utils parted drbd-utils. As root, on loop devices, because some of these tools refuse a file.
"""

import base64
import json
import lzma
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.signatures.recipes import COMMANDS, MIB, command

KEPT = Path(__file__).resolve().parents[1] / "data" / "signatures.json.xz"
BLOCK = 4096
MOST = 24  # blocks kept from either end: tables and random padding lie between


def main() -> None:
    """Make all of them; those that fail are printed, and the others kept."""
    kept = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, (mebibytes, _) in COMMANDS.items():
            image = Path(folder) / "image"
            with image.open("wb") as file:
                file.truncate(mebibytes * MIB)
            failed = made_on_loop(name, image)
            extents = list(blocks(image))
            if failed or not extents:
                print(f"{name}: {failed or 'wrote nothing'}", file=sys.stderr)
                continue
            kept[name] = {"bytes": mebibytes * MIB, "blocks": extents[:MOST] + extents[MOST:][-MOST:]}
            print(f"{name}: {len(extents)} blocks")
            image.unlink()
    KEPT.write_bytes(lzma.compress(json.dumps(kept).encode(), preset=9))
    print(f"{len(kept)} of {len(COMMANDS)} kept in {KEPT}, {KEPT.stat().st_size} bytes")


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
