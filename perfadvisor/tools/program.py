"""What a tool needs on a machine: its program, and where that comes from."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """`name` is what is looked for on the PATH, `package` the Debian packages that bring it, `measures` what it is for.
    With `built` no package brings it: perfadvisor compiles it on first use, and `package` is what that takes."""

    name: str
    package: str
    measures: str
    built: bool = False

    @property
    def hint(self) -> str:
        """How to get it."""
        return f"on Debian and Ubuntu: apt install {self.package}"
