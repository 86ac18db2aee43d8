"""Files that are no text: what they are by their first bytes, and what to give instead."""

_TEXT_INSTEAD = "save the text instead"
_MAGIC = (
    (b"%PDF", "a PDF", "copy the text out of it"),
    (b"\x89PNG", "a picture", "copy the text, a picture cannot be read"),
    (b"\xff\xd8\xff", "a picture", "copy the text, a picture cannot be read"),
    (b"GIF8", "a picture", "copy the text, a picture cannot be read"),
    (b"\x7fELF", "a program", "give the outputs of commands"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it and give the directory"),
    (b"Rar!", "a RAR archive", "unpack it and give the directory"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd", "unpack it first: zstd -d FILE"),
    (b"PERFILE2", "samples of perf", "give what perf report prints"),
    (b"LPKSHHRH", "a journal of systemd", "give what journalctl -k prints"),
    (b"SQLite format 3", "a database", _TEXT_INSTEAD),
    (b"\xd4\xc3\xb2\xa1", "packets that were captured", _TEXT_INSTEAD),
)
_MOST_CONTROL = 0.02


def binary(data: bytes) -> tuple[str, str] | None:
    """(what it is, what to do) of a file that is not text; None for text, and for words that NULs end, as in
    /proc/PID/cmdline."""
    for start, what, instead in _MAGIC:
        if data.startswith(start):
            return what, instead
    head = data[:65536]
    control = sum(head.count(bytes([byte])) for byte in (*range(1, 9), *range(14, 27), *range(28, 32)))
    blank = head and not head.strip(b"\0")
    return ("a binary file", _TEXT_INSTEAD) if blank or control > _MOST_CONTROL * len(head) else None
