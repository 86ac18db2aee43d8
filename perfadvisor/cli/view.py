"""`perfadvisor view`: the report in a browser, from a port of this machine alone."""

from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import click

HERE = "127.0.0.1"


@click.command(short_help="Show the report in a browser, from a local port.")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Listen on this port (default: a free one).")
def command(paths: tuple[Path, ...], port: int) -> None:
    """Serve the report of PATH at http://127.0.0.1:PORT until Ctrl-C. Without PATH: the newest run here.

    Only this machine can reach it. From elsewhere: ssh -L PORT:127.0.0.1:PORT this-machine
    """
    from perfadvisor.cli.last_run import given_or_last
    from perfadvisor.judge import judge
    from perfadvisor.report.html import render

    first, *more = given_or_last(paths)
    page = render(judge(first, more=more)).encode()
    with HTTPServer((HERE, port), partial(Page, page)) as server:
        bound = server.server_address[1]
        click.echo(f"http://{HERE}:{bound}/  (Ctrl-C ends it; over ssh: ssh -L {bound}:{HERE}:{bound} this-machine)")
        server.serve_forever()


class Page(BaseHTTPRequestHandler):
    """Answers GET / with one page, and nothing else."""

    def __init__(self, page: bytes, *arguments: Any) -> None:  # noqa: ANN401 - the base class's own
        self._page = page
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """The page, for whoever asks this machine by its own name: a name that a web site chose is refused."""
        name = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if self.path != "/" or name not in (HERE, "localhost"):
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(self._page)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(self._page)

    def log_message(self, *_: Any) -> None:  # noqa: ANN401
        """Requests are not logged."""
