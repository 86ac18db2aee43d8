"""The command line. Commands are imported when they are called, so that `--help` stays fast."""


def main() -> None:
    """Entry point of the `perfadvisor` program."""
