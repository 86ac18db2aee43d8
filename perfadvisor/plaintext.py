"""Texts of machines and files without what a terminal would obey.

A host name, an archive member or another machine's error can hold escapes that move the cursor, rename the window or
rewrite what was said before. Everything unprintable is replaced, lone surrogates among it, which no terminal can write.
"""

REPLACED = "\N{REPLACEMENT CHARACTER}"


def harmless(text: str) -> str:
    """The text with line breaks kept."""
    return "\n".join(map(one_line, text.split("\n")))


def one_line(text: str) -> str:
    """The text as one line, so that a value can not pretend to be a line of ours."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else REPLACED for each in text)
