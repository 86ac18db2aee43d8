"""Waiting for udev, which looks at every device that comes: it renames interfaces, and holds disks open meanwhile."""

from perfadvisor.targets.base import Command
from perfadvisor.targets.here.process import installed, run

SETTLE_S = 30.0


def settle() -> None:
    """Until it has looked at everything that came so far, where this machine has it."""
    if installed("udevadm"):
        run(Command(argv=("udevadm", "settle", f"--timeout={SETTLE_S:.0f}"), timeout_s=2 * SETTLE_S))
