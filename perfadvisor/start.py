"""The program's first lines: until all is imported, Ctrl-C ends it as it ends any program, without a traceback."""

import gc
import signal


def main() -> None:
    """Entry point of the `perfadvisor` program."""
    collect_less()
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:  # a background job of a shell without job control
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from perfadvisor.cli import main as run

    signal.signal(signal.SIGINT, before)
    run()


def collect_less() -> None:
    """Facts, findings and parsed texts are hundreds of thousands of small objects without cycles: looking for cycles at
    every 700th of them, as Python does, costs a sixth of the time of a large machine, and looking through all there
    are, which it does now and then, another fifth of the largest."""
    gc.set_threshold(50_000, 50, 20)
