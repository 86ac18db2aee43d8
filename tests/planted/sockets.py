"""`sockets.py read|write ADDRESS`: three connections, one whose sender has hardly any buffer, one whose receiver hardly
reads, and one that is well."""

import contextlib
import socket
import sys
import threading
import time

SMALL_BUFFER, SLOW_READER, WELL = 5011, 5012, 5013
BLOCK = b"x" * 16384


def read(port: int) -> None:
    """Take in what comes on this port."""
    with socket.create_server((sys.argv[2], port)) as server, server.accept()[0] as connection:
        while connection.recv(4096 if port == SLOW_READER else 1 << 20):
            time.sleep(0.05 if port == SLOW_READER else 0)


def write(port: int) -> None:
    """Send for as long as somebody listens, the one that is well at a pace that the path holds."""
    with socket.socket() as connection, contextlib.suppress(OSError):
        if port == SMALL_BUFFER:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16384)
        connection.connect((sys.argv[2], port))
        while True:
            connection.sendall(BLOCK * (64 if port == SMALL_BUFFER else 1))
            time.sleep(0.002 if port == WELL else 0)


for number in (SMALL_BUFFER, SLOW_READER, WELL):
    threading.Thread(target={"read": read, "write": write}[sys.argv[1]], args=(number,)).start()
