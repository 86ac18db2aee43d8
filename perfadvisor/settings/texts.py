"""Files that hold many values, of which a setting is one: what the text says of it, and the text with another value.

Each form is a pair of pure functions of the file's text and the setting's subject."""

from collections.abc import Callable, Mapping

from perfadvisor.facts.reading import mountinfo
from perfadvisor.settings import shown, virtual_functions
from perfadvisor.settings.definitions import container, domain
from perfadvisor.settings.model import FileForm

# No cap, as the kernel takes it: io.max of version 2 has four at once, a file of version 1 has one.
NO_CAPS, NO_CAP = "rbps=max wbps=max riops=max wiops=max", "0"


def no_cap(subject: str) -> str:
    """What stands for no cap in this file."""
    return NO_CAPS if subject.partition("@")[0].endswith("io.max") else NO_CAP


def cap_of(text: str, subject: str) -> str:
    """The cap of one device ("8:0 1000", or "8:0 rbps=max riops=1000 ..."), what stands for none where it has no
    line."""
    lines = (line.split() for line in text.splitlines())
    found = {words[0]: " ".join(words[1:]) for words in lines if len(words) > 1}
    return found.get(subject.rpartition("@")[2], no_cap(subject))


def with_cap(text: str, subject: str, value: str) -> str:
    """The file as it would read: a device without a cap has no line."""
    device = subject.rpartition("@")[2]
    others = [line for line in text.splitlines() if line.split()[:1] != [device]]
    return "\n".join((*others, *([] if value == no_cap(subject) else [f"{device} {value}"])))


def sync_of(text: str, point: str) -> str | None:
    """Whether every write to what is mounted there waits for the disk: "sync" or "async"; None where nothing is."""
    found = [one for one in mountinfo.parse(text) if one.point == point]
    if not found:
        return None
    return "sync" if "sync" in f"{found[-1].options},{found[-1].super_options}".split(",") else "async"


def with_sync(text: str, point: str, value: str) -> str:
    """The list of mounts as it would read."""
    return "\n".join(_remounted(line, value) if _is_at(line, point) else line for line in text.splitlines())


def _is_at(line: str, point: str) -> bool:
    return any(one.point == point for one in mountinfo.parse(line))


def _remounted(line: str, value: str) -> str:
    """The mount's own options are the sixth word, those of the file system the last."""
    words = line.split(" ")
    for place in (5, -1):
        words[place] = ",".join(word for word in words[place].split(",") if word != "sync")
    words[-1] = ",".join(filter(None, (words[-1], "sync" if value == "sync" else "")))
    return " ".join(words)


FORMS: Mapping[FileForm, tuple[Callable[[str, str], str | None], Callable[[str, str, str], str]]] = {
    FileForm.PARAMETERS: (shown.value_of, shown.with_value),
    FileForm.CAPS: (cap_of, with_cap),
    FileForm.MOUNTS: (sync_of, with_sync),
    FileForm.DEFINITION: (domain.value_of, domain.with_value),
    **virtual_functions.FORMS,
    **container.FORMS,
}
