"""A fleet as one self-contained page. Ten thousand hosts stay usable: they are data, of which a page is shown."""

import time
from collections import Counter
from typing import Any

from perfadvisor import __version__, formatting
from perfadvisor.model.fleet import FleetComparison, OddSetting
from perfadvisor.plaintext import visible_line
from perfadvisor.report.fleet import text
from perfadvisor.report.templates import templates

MOST_ROWS = 200  # of each table that is written out; `--json` has all
MOST_NAMES = 200  # hosts named for one finding


def fleet_page(found: FleetComparison, drifted: tuple[OddSetting, ...] = (), baseline: str = "") -> str:
    """The page. `drifted` are the settings that left the `baseline` file, where one was given."""
    worse = [one for one in found.outliers.outliers if one.worse is not False]
    return (
        templates()
        .get_template("fleet.html.j2")
        .render(
            found=found,
            text=text,
            count_of=formatting.count_of,
            worse=worse,
            noisy=sorted({one.host for one in found.outliers.noisy}),
            drifted=drifted,
            baseline=baseline,
            hosts=_hosts(found),
            most=MOST_ROWS,
            most_names=MOST_NAMES,
            total=sum(found.cohorts.values()),
            version=__version__,
            now=time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        )
    )


def _hosts(found: FleetComparison) -> dict[str, Any]:
    """The table of hosts as data: cohorts by number, so that each name is there once."""
    cohorts = list(found.cohorts)
    places = {cohort: number for number, cohort in enumerate(cohorts)}
    outliers = Counter(one.host for one in found.outliers.outliers)
    odd = Counter(one.host for one in found.odd)
    rows = [
        [visible_line(one.host), places[one.cohort], one.findings, one.worst, outliers[one.host], odd[one.host]]
        for one in found.hosts
    ]
    rows += [[visible_line(host), -1, 0, visible_line(why)[:200], 0, 0] for host, why in found.bad]
    return {"cohorts": [visible_line(one) for one in cohorts], "rows": rows}
