"""Sound bytes made unsound: flipped, cut, repeated, given other grammars' tokens, spliced with other inputs."""

import random
from collections.abc import Sequence

MOST_BYTES, WINDOW_BYTES = 1 << 16, 3000
TOKENS = (
    b"\x00",
    b"\xff",
    b"-1",
    b"0",
    b"1e308",
    b"1e999",
    b"99999999999999999999999",
    b"NaN",
    b"\n\n",
    b"\t",
    b"{",
    b"}",
    b"[",
    b"]",
    b"[]",
    b"{}",
    b'""',
    b"<",
    b">",
    b'"',
    b"'",
    b"\\",
    b":",
    b",",
    b"=",
    b"%s%n",
    b"\xe2\x80\xae",
    b"\x1b[31m",
    b"null",
    b"true",
    b"../..",
    b"/",
    b"&a;",
    b"&x",
    b"<!DOCTYPE a>",
    b"*a",
    b"!!python/object",
    b"\xed\xa0\x80",
    b"\xff\xfe",
)
NUMBERS = (b"0", b"1", b"-1", b"3", b"4294967296", b"18446744073709551616", b"1e400", b"0.5", b"9" * 5000)


def window(data: bytes, dice: random.Random) -> bytes:
    """Some lines of a long text, so that a change to it is likely to be one that its reader sees, and reads soon."""
    start = data.find(b"\n", dice.randrange(len(data))) + 1 if dice.random() < 0.7 else 0
    return data[start : start + WINDOW_BYTES]


def mutated(data: bytes, dice: random.Random, others: Sequence[bytes]) -> bytes:
    """The bytes with a few changes; `others` are what pieces may be taken from."""
    found = bytearray(data[:MOST_BYTES])
    for _ in range(dice.choice((1, 1, 2, 4, 16))):
        _change(found, dice, others)
    return bytes(found[: 4 * MOST_BYTES])


def _change(found: bytearray, dice: random.Random, others: Sequence[bytes]) -> None:
    at, length = dice.randrange(len(found) + 1), dice.choice((1, 1, 4, 64, 1024))
    match dice.randrange(8):
        case 0 if found:
            found[at % len(found)] = dice.randrange(256)
        case 1:
            del found[at : at + length]
        case 2:
            found[at:at] = found[at : at + length] * dice.choice((1, 2, 20, 100))
        case 3:
            found[at : at + dice.choice((0, 1, 4))] = dice.choice(TOKENS)
        case 4:
            found[at:at] = window(dice.choice(others), dice)[:length]
        case 5 if dice.random() < 0.3:
            del found[at:]
        case 6:
            _digits(found, at, dice)
        case _:
            lines = bytes(found).split(b"\n")
            first, second = dice.randrange(len(lines)), dice.randrange(len(lines))
            lines[first], lines[second] = lines[second], lines[first]
            found[:] = b"\n".join(lines)


def _digits(found: bytearray, at: int, dice: random.Random) -> None:
    """Another number in place of the next one."""
    start = next((place for place in range(at, min(len(found), at + 200)) if 48 <= found[place] <= 57), None)
    if start is None:
        return
    end = start
    while end < len(found) and 48 <= found[end] <= 57:
        end += 1
    found[start:end] = dice.choice(NUMBERS)
