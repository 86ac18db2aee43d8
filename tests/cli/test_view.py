"""The page from a local port: the page at /, nothing else, and nothing for a name that a web site chose."""

import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

SNAPSHOT = Path(__file__).resolve().parent.parent / "data" / "planted" / "ksm.tar.gz"


@pytest.fixture
def url():
    start = [sys.executable, "-c", "from perfadvisor.start import main; main()", "view", str(SNAPSHOT)]
    with subprocess.Popen(start, stdout=subprocess.PIPE, text=True, env=None) as server:
        line = server.stdout.readline()
        yield line.split()[0]
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=20) == 130


def fetched(url: str, **headers: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_the_page_and_nothing_else(url: str) -> None:
    assert url.startswith("http://127.0.0.1:")
    status, page = fetched(url)
    assert status == 200 and page.startswith(b"<!doctype html>")
    assert fetched(f"{url}etc/passwd")[0] == 404
    assert fetched(url, Host="evil.example")[0] == 404


def test_the_port_alone_gives_nothing(url: str) -> None:
    """Every user of this machine can reach it, and the page is this user's alone."""
    port = urllib.parse.urlsplit(url).port
    for place in ("/", "/x/", "//", "/../", urllib.parse.urlsplit(url).path.rstrip("/")):
        assert fetched(f"http://127.0.0.1:{port}{place}")[0] == 404, place


def test_a_connection_that_asks_for_nothing_does_not_stand_in_the_way(url: str) -> None:
    with socket.create_connection(("127.0.0.1", urllib.parse.urlsplit(url).port)):
        assert fetched(url)[0] == 200
