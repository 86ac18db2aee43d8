"""The tables of the kinds as text: Markdown for the documentation, and what `environments show` prints."""

from typing import Any

from perfadvisor.specs.kind import EnvironmentOptions
from perfadvisor.specs.option import Option


def markdown(kind: EnvironmentOptions) -> str:
    """Places and options of one kind as a table."""
    rows = [f"| `{kind.name}:{place.prefix}{place.key.upper()}` | {place.meaning} | |" for place in kind.places]
    rows += [f"| `{one.name}={one.example}` | {_meaning(one)} | {one.default} |" for one in options(kind)]
    return "\n".join(("| written | means | default |", "|---|---|---|", *rows))


def plain(kind: EnvironmentOptions) -> list[str]:
    """The same for a terminal, a line each."""
    rows = [(f"{place.prefix}{place.key.upper()}", place.meaning) for place in kind.places]
    rows += [(f"{one.name}={one.example}", f"{_meaning(one)}; default: {one.default}") for one in options(kind)]
    width = max(len(written) for written, _ in rows)
    return [f"  {written:<{width}}  {meaning.replace('`', '')}" for written, meaning in rows]


def options(kind: EnvironmentOptions) -> tuple[Option[Any], ...]:
    """Every option, the name included."""
    return tuple(kind.by_name.values())


def _meaning(option: Option[Any]) -> str:
    unit = f" ({option.unit})" if option.unit else ""
    return f"{option.meaning}{unit}{'; may be given several times' if option.many else ''}"
