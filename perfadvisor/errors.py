"""The few errors perfadvisor raises on purpose: each is one line, a next step, and an exit code."""


class PerfAdvisorError(Exception):
    """Something the user can act on: `message` says what is wrong, `hint` says what to do next."""

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def with_hint(self) -> str:
        """Both in one line."""
        return f"{self.message} (next: {self.hint})" if self.hint else self.message


class InputError(PerfAdvisorError):
    """What the user gave cannot be used: an unknown name, a broken file, a refused device. Exit code 2."""


class GateError(PerfAdvisorError):
    """A regression, or a finding at or over the chosen severity. Exit code 1."""

    exit_code = 1


class MeasureError(PerfAdvisorError):
    """Nothing could be measured, or nothing can be decided. Exit code 3."""

    exit_code = 3


class CutOffError(MeasureError):
    """A machine went away while something ran on it."""
