"""Settings that only a person can make, because they need a restart: the kernel's command line.

They are planned, shown and checked like all others; perfadvisor never writes them."""

from perfadvisor.settings.model import Disturbs, Door, Field, FileForm, Setting, Type

ABSENT = "absent"
COMMAND_LINE = Setting(
    name="kernel.parameter",
    subject="parameter",
    door=Door.SHOWN,
    form=FileForm.PARAMETERS,
    path="/proc/cmdline",
    disturbs=Disturbs.REBOOT,
    lasts="over restarts",
    meaning="a parameter of the kernel's command line; subject iommu.strict; absent: not there",
    fields=(Field(name="value", type=Type.TEXT),),
)
ALL = (COMMAND_LINE,)


def value_of(command_line: str, parameter: str) -> str:
    """The last value of a parameter, as the kernel takes it: "" for a flag without one, `absent` where it is not
    there."""
    found = ABSENT
    for word in command_line.split():
        name, _, value = word.partition("=")
        if name.replace("-", "_") == parameter.replace("-", "_"):
            found = value
    return found


def with_value(command_line: str, parameter: str, value: str) -> str:
    """The command line with this parameter set, or taken out."""
    known = parameter.replace("-", "_")
    rest = [word for word in command_line.split() if word.partition("=")[0].replace("-", "_") != known]
    new = [] if value == ABSENT else [f"{parameter}={value}" if value else parameter]
    return " ".join((*rest, *new))


def words(parameter: str, value: str, was: str) -> str:
    """What the person does, as a shell comment: there is no one command for all boot loaders."""
    if value == ABSENT:
        return f"# take {parameter}{f'={was}' if was else ''} off the kernel's command line, and restart"
    return f"# put {parameter}{f'={value}' if value else ''} on the kernel's command line, and restart"
