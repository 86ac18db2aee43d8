"""What a finding's fix would gain, as far as anything measured tells."""

from perfadvisor.report.environments import percent
from perfadvisor.report.findings import Entry
from perfadvisor.report.view import ReportView

NOT_MEASURED = "not measured"


def gain_words(view: ReportView, entry: Entry) -> str:
    """What the fix gave where it was measured; else the share of a measured gap to the parent environment that it can
    explain, or that no gain was measured. The severity is not a gain: it says what such a finding costs elsewhere."""
    if entry.worth:
        return entry.worth
    shares = [
        (each.share, ratio.parent)
        for ratio in view.ratios
        for each in ratio.explanations
        if each.rule_id == entry.rule.id and each.share is not None and ratio.environment == entry.environment
    ]
    if not shares:
        return NOT_MEASURED
    share, parent = max(shares)
    return f"up to {percent(share)} of the gap to {parent}"
