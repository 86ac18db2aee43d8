"""The program's first lines: until all is imported, Ctrl-C ends it as it ends any program, without a traceback."""

import signal


def main() -> None:
    """Entry point of the `perfadvisor` program."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:  # a background job of a shell without job control
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from perfadvisor.cli import main as run

    signal.signal(signal.SIGINT, before)
    run()
