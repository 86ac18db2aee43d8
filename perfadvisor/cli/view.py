"""`perfadvisor view`: the report in a browser, from a port of this machine alone."""

import secrets
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import click

HERE = "127.0.0.1"
ASKS_WITHIN_S = 10.0


@click.command(short_help="Show the report in a browser, from a local port.")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Listen on this port (default: a free one).")
def command(paths: tuple[Path, ...], port: int) -> None:
    """Serve the report of PATH at the address that is printed, until Ctrl-C. Without PATH: the newest run here.

    Only this machine can reach it, and only with the whole address: every user of this machine can reach the port. From
    elsewhere: ssh -L PORT:127.0.0.1:PORT this-machine
    """
    from perfadvisor.cli.last_run import given_or_last
    from perfadvisor.judge import judge
    from perfadvisor.report.html import render

    first, *more = given_or_last(paths)
    page, place = render(judge(first, more=more)).encode(), f"/{secrets.token_urlsafe(16)}/"
    with ThreadingHTTPServer((HERE, port), partial(Page, page, place)) as server:
        bound = server.server_address[1]
        ends = f"Ctrl-C ends it; over ssh: ssh -L {bound}:{HERE}:{bound} this-machine"
        click.echo(f"http://{HERE}:{bound}{place}  ({ends})")
        server.serve_forever()


class Page(BaseHTTPRequestHandler):
    """Answers GET of one place with one page, and nothing else."""

    timeout = ASKS_WITHIN_S  # of a connection that asks for nothing

    def __init__(self, page: bytes, place: str, *arguments: Any) -> None:  # noqa: ANN401 - the base class's own
        self._page, self._place = page, place
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """The page, for whoever knows its place and asks this machine by its own name: a name that a web site chose is
        refused."""
        name = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        known = secrets.compare_digest(self.path.encode("utf-8", "replace"), self._place.encode())
        if not known or name not in (HERE, "localhost"):
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(self._page)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(self._page)

    def log_message(self, *_: Any) -> None:  # noqa: ANN401
        """Requests are not logged."""
