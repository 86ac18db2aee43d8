"""Two runs side by side as a table, for notebooks and spreadsheets."""

from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

from perfadvisor.model.gate import Comparison
from perfadvisor.plaintext import visible  # Arrow's texts are UTF-8, which has no lone surrogates

if TYPE_CHECKING:
    import pandas as pd


def compare_frame(found: Sequence[Comparison]) -> "pd.DataFrame":
    """One row per metric: both medians, the ratio second to first and its 95 % interval; empty where there is none."""
    import pandas as pd

    rows = [
        {
            "metric": visible(one.id),
            "unit": visible(one.unit),
            "first": median(one.baseline) if one.baseline else None,
            "second": median(one.candidate) if one.candidate else None,
            "ratio": one.ratio,
            "low": one.low,
            "high": one.high,
            "note": visible("; ".join(filter(None, (one.explanation, *one.notes)))),
        }
        for one in found
    ]
    return pd.DataFrame(rows, columns=["metric", "unit", "first", "second", "ratio", "low", "high", "note"])
