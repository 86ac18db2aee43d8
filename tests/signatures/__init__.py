"""What the tools of Debian write on a block device, made once with `python -m tests.signatures.make` and kept."""

import base64
import json
import lzma
from pathlib import Path

from tests.signatures.recipes import BYTES, MIB

BLOCK = 4096
KEPT = Path(__file__).resolve().parents[1] / "data" / "signatures.json.xz"


def kept() -> dict[str, dict]:
    """What the tools wrote, by name: the size of the image, and its blocks that are not zero."""
    return json.loads(lzma.decompress(KEPT.read_bytes()))


def write(name: str, image: Path, tools: dict[str, dict]) -> None:
    """Make the image of this name, sparse."""
    size = tools[name]["bytes"] if name in tools else BYTES[name][0] * MIB
    with image.open("wb") as file:
        file.truncate(size)
        for number, block in tools[name]["blocks"] if name in tools else ():
            file.seek(number * BLOCK)
            file.write(base64.b64decode(block))
    if name not in tools:
        BYTES[name][1](image)
