"""Saved machines: known so that a user who gives one to --env reads what to do with it."""

from perfadvisor.specs.kind import EnvironmentOptions
from perfadvisor.specs.option import MainArgument
from perfadvisor.specs.readers import matching
from perfadvisor.specs.spec import Spec

FILE = MainArgument(
    key="file",
    reader=matching("a file or directory", r"[^,]+"),
    example="host.tar.gz",
    meaning="a snapshot, or an archive or directory of /proc and /sys",
)


def clash(spec: Spec) -> str:
    """Nothing runs in a file."""
    file = spec.get(FILE)
    return f"nothing can be measured in a saved machine; its findings: perfadvisor advise {file}"


SAVED = EnvironmentOptions(
    name="saved",
    meaning="a machine saved in a file; it can be judged (`perfadvisor advise FILE`), but not measured",
    opener="",
    places=(FILE,),
    needs_place=True,
    clash=clash,
)
