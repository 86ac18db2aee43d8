"""Short names for environments where a line has little room: what all of one kind have in common is left out."""

from collections.abc import Iterable


def labels(names: Iterable[str]) -> dict[str, str]:
    """Name -> its label; the names themselves where nothing is shared, or where labels would not tell them apart.

    >>> labels(["local:nic=0000:02:00.0,domain=DMA", "local:nic=0000:02:00.0,domain=identity", "docker"])["docker"]
    'docker'
    """
    found = {name: _parts(name) for name in names}
    alike: dict[str, list[list[str]]] = {}
    for kind, options in found.values():
        alike.setdefault(kind, []).append(options)
    shared = {kind: set.intersection(*map(set, each)) for kind, each in alike.items() if len(each) > 1}
    short = {name: _label(kind, options, shared.get(kind, set())) for name, (kind, options) in found.items()}
    return short if len(set(short.values())) == len(short) else {name: name for name in found}


def _parts(name: str) -> tuple[str, list[str]]:
    kind, _, options = name.partition(":")
    return kind, [one for one in options.split(",") if one]


def _label(kind: str, options: list[str], shared: set[str]) -> str:
    rest = ",".join(one for one in options if one not in shared)
    return f"{kind}:{rest}" if rest else kind
