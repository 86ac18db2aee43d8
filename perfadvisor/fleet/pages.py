"""Each host's own page, beside that of the fleet."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from perfadvisor.errors import PerfAdvisorError
from perfadvisor.judge import judge
from perfadvisor.model.fleet import HostRecord
from perfadvisor.report.html import render
from perfadvisor.whole import write_whole


def write_host_pages(records: Iterable[HostRecord], folder: Path) -> dict[str, str]:
    """Write a page of each host whose bundle is still where it was judged; host -> the name of its page."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    pages: dict[str, str] = {}
    for record in records:
        path = Path(record.source)
        if record.error or not path.exists():
            continue
        try:
            page = render(judge(path))
        except PerfAdvisorError:
            continue  # damaged since then: the host has no page, and the fleet's page no link to it
        name = f"{quote(record.host, safe='')}.html"
        write_whole(folder / name, page.encode())
        pages[record.host] = name
    return pages
