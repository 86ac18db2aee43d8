"""The lines of a long text that have one of a few words: finding a word costs far less than looking at every line."""

from collections.abc import Iterable, Iterator


def lines_with(data: bytes, words: Iterable[bytes]) -> bytes:
    """Those lines, in their order, each ended by a line feed."""
    places = {data.rfind(b"\n", 0, place) + 1 for word in words for place in _places(data, word)}
    return b"".join(data[place : _end(data, place)] + b"\n" for place in sorted(places))


def _places(data: bytes, word: bytes) -> Iterator[int]:
    """Where the word stands, once a line."""
    place = data.find(word)
    while place >= 0:
        yield place
        place = data.find(word, _end(data, place))


def _end(data: bytes, place: int) -> int:
    end = data.find(b"\n", place)
    return end if end >= 0 else len(data)
