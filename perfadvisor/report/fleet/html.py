"""A fleet as one self-contained page. Ten thousand hosts stay usable: they are data, of which a page is shown."""

import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

from perfadvisor import __version__, formatting
from perfadvisor.model.fleet import FleetComparison, OddSetting, Outlier, PairMatrix, SettingKey
from perfadvisor.plaintext import visible_line
from perfadvisor.report.fleet import text
from perfadvisor.report.fleet.pairs import heat_map
from perfadvisor.report.templates import templates

MOST_ROWS = 200  # of each table that is written out; `--json` has all
MOST_NAMES = 200  # hosts named for one finding
MOST_LINES = 4  # of one host before the rest is folded
MOST_SETTINGS = 20  # of one host
NO_LINKS: Mapping[str, str] = MappingProxyType({})
_Of = TypeVar("_Of", Outlier, OddSetting)


def fleet_page(
    found: FleetComparison,
    drifted: tuple[OddSetting, ...] = (),
    baseline: str = "",
    pairs: Sequence[PairMatrix] = (),
    links: Mapping[str, str] = NO_LINKS,
) -> str:
    """The page. `drifted` are the settings that left the `baseline` file, where one was given; `pairs` what was
    measured between hosts; `links` has the address of a host's own page, where there is one."""
    worse = [one for one in found.outliers.outliers if one.worse is not False]
    return (
        templates()
        .get_template("fleet.html.j2")
        .render(
            found=found,
            text=text,
            count_of=formatting.count_of,
            worse=worse,
            outliers=_by_host(found.outliers.outliers),
            odd=_by_host(found.odd),
            key_parts=key_parts,
            lines_of=_lines_of,
            maps=[heat_map(one) for one in pairs],
            noisy=sorted({one.host for one in found.outliers.noisy}),
            drifted=_by_host(drifted),
            baseline=baseline,
            hosts=_hosts(found, links),
            most=MOST_ROWS,
            most_names=MOST_NAMES,
            most_lines=MOST_LINES,
            most_settings=MOST_SETTINGS,
            total=sum(found.cohorts.values()),
            version=__version__,
            now=time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        )
    )


def _by_host(rows: Iterable[_Of]) -> dict[str, list[_Of]]:
    """The rows of each host, in the order in which hosts come first: one host that is off in everything is one row."""
    found: dict[str, list[_Of]] = {}
    for one in rows:
        found.setdefault(one.host, []).append(one)
    return found


def _lines_of(outliers: Iterable[Outlier]) -> list[str]:
    """A line per metric, without the name of the host that stands before them."""
    return [text.outlier_line(one)[len(one.host) + 2 :] for one in outliers]


def key_parts(key: SettingKey) -> list[str]:
    """The name of a setting in the parts between which a narrow column may break it."""
    return re.split(r"(?<=[._ ])(?=\w\w)", text.key_text(key))


def _hosts(found: FleetComparison, links: Mapping[str, str]) -> dict[str, Any]:
    """The table of hosts as data: cohorts by number, so that each name is there once."""
    cohorts = list(found.cohorts)
    places = {cohort: number for number, cohort in enumerate(cohorts)}
    outliers = Counter(one.host for one in found.outliers.outliers)
    odd = Counter(one.host for one in found.odd)
    rows = [
        [
            visible_line(one.host),
            places[one.cohort],
            one.findings,
            one.worst,
            outliers[one.host],
            odd[one.host],
            *([links[one.host]] if one.host in links else []),
        ]
        for one in found.hosts
    ]
    rows += [[visible_line(host), -1, 0, visible_line(why)[:200], 0, 0] for host, why in found.bad]
    return {"cohorts": [visible_line(one) for one in cohorts], "rows": rows}
