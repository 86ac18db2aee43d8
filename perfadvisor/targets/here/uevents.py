"""The kernel's announcements that a device came, went or changed, collected in the background.

They wait in a socket's buffer, so that nothing of perfadvisor runs during a trial for them.
"""

import contextlib
import errno
import socket
from typing import Self

NETLINK_KOBJECT_UEVENT = 15  # include/uapi/linux/netlink.h
FROM_KERNEL = 1  # the group of the kernel itself; udev sends its own to group 2
BUFFER_BYTES = 4 << 20
MOST = 10_000  # between two looks


class Uevents:
    """Listens from its start on; `drain` gives what came since the last time."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        with contextlib.suppress(OSError):  # a container without such sockets: what is undone meanwhile stays unseen
            self._socket = socket.socket(
                socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT
            )
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
            self._socket.bind((0, FROM_KERNEL))
            self._socket.setblocking(False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._socket:
            self._socket.close()

    def drain(self) -> tuple[bytes, ...]:
        """The messages since the last call, oldest first. Some are missing where more came than the buffer holds."""
        found: list[bytes] = []
        while self._socket and len(found) < MOST:
            try:
                message, sender = self._socket.recvfrom(8192)
            except OSError as error:
                if error.errno == errno.ENOBUFS:
                    continue
                break
            if sender[0] == 0:  # from the kernel, not from another process
                found.append(message)
        return tuple(found)
