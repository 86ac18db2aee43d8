"""A fleet's answers for the terminal."""

from collections.abc import Iterable, Iterator, Sequence

from perfadvisor.formatting import count_of, figure, value_text
from perfadvisor.model.fact import Scalar
from perfadvisor.model.fleet import (
    FactGap,
    FleetComparison,
    OddSetting,
    Outlier,
    OutlierReason,
    RolloutEffect,
    SettingKey,
)
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.plaintext import one_line
from perfadvisor.report.words import metric_words

MOST_HOSTS = 5  # named in one line
MOST_LINES = 30  # of each part


def comparison_text(found: FleetComparison) -> str:
    """What `fleet outliers` prints."""
    hosts = sum(found.cohorts.values())
    lines = [f"{count_of(hosts, 'host')} in {count_of(len(found.cohorts), 'cohort')}"]
    lines += [f"  {count_of(count, 'host')}: {cohort}" for cohort, count in list(found.cohorts.items())[:MOST_LINES]]
    lines += _part("Outliers", [outlier_line(one) for one in found.outliers.outliers])
    lines += _part("Reasons", [line for reason in found.reasons for line in reason_lines(reason)])
    noisy = sorted({one.host for one in found.outliers.noisy})
    lines += [f"Noisy, not counted as slow: {named(noisy)}"] if noisy else []
    lines += _part("Odd settings", [odd_line(one) for one in found.odd])
    lines += [f"{count_of(count, 'result')} left out: {why}" for why, count in found.outliers.left_out.items()]
    lines += _part("Not judged", [f"{host}: {why}" for host, why in found.bad])
    if not (found.outliers.outliers or found.odd):
        lines.append("No host differs from its cohort.")
    return "\n".join(map(one_line, lines))


def _part(title: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    more = [f"  ... and {len(lines) - MOST_LINES} more (--json prints all)"] if len(lines) > MOST_LINES else []
    return [f"{title}:", *(f"  {line}" for line in lines[:MOST_LINES]), *more]


def outlier_line(one: Outlier) -> str:
    """`web7: random read IOPS 70 % of its cohort (68 to 72 %) ...`."""
    level = one.level
    word = {True: "worse", False: "better", None: "different"}[one.worse]
    shares = "{:.1f} % of its cohort (95 % interval {:.1f} to {:.1f})".format(
        *(100 * ratio for ratio in (one.ratio, one.low, one.high))
    )
    usual = figure(level.middle, level.unit)
    value = f"{figure(one.value, level.unit)} where {count_of(level.hosts, 'host')} have {usual}"
    return f"{one.host}: {level.workload} {metric_words(level.metric)} {word}: {shares}, {value}, q = {one.q:.2g}"


def reason_lines(reason: OutlierReason) -> Iterator[str]:
    """What separates the hosts, a line per setting and rule."""
    head = f"{named(reason.hosts)} ({', '.join(reason.metrics[:MOST_HOSTS])}):"
    if not reason.steps and not reason.rules:
        yield f"{head} no setting that was read separates them from the rest"
        return
    yield head
    yield from (f"  {gap_line(step)}" for step in reason.steps)
    for rule in reason.rules:
        others = f"and on {count_of(rule.elsewhere, 'other host')}" if rule.elsewhere else "and on no other host"
        yield f"  finding {rule.rule} on {named(rule.hosts)} {others}: {rule.title}"


def gap_line(gap: FactGap) -> str:
    """`nic.rx_usecs eth0 = 64 µs on 5 of 5 slow hosts and 0 of 35 others (usual: 8 µs; p = 1e-06)`."""
    counts = f"{gap.slow_with} of {gap.slow} slow and {gap.rest_with} of {gap.rest} other hosts"
    usual = f"usual: {setting_text(gap.key, gap.usual)}; " if gap.usual is not None else ""
    proof = f"p = {gap.p:.2g}" if gap.q <= 0.05 else f"p = {gap.p:.2g}, too few slow hosts to prove it"
    return f"{key_text(gap.key)} = {setting_text(gap.key, gap.value)} on {counts} ({usual}{proof})"


def odd_line(one: OddSetting) -> str:
    """`web7: nic.rx_usecs eth0 = 64 µs, where 19 of 20 hosts have 8 µs`."""
    values = setting_text(one.key, one.value), setting_text(one.key, one.usual)
    usual = f"where {one.agreeing} of {one.hosts} hosts have" if one.hosts else "accepted:"
    return f"{one.host}: {key_text(one.key)} = {values[0]}, {usual} {values[1]}"


def rollout_text(effects: Iterable[RolloutEffect]) -> str:
    """A line per metric, those with an effect first."""
    ordered = sorted(effects, key=lambda one: (one.low <= 1 <= one.high, one.workload, one.metric))
    lines = [
        "{}: {} {} {:+.1f} % (95 % interval {:+.1f} to {:+.1f}), {} changed against {} untouched hosts".format(
            one.verdict,
            one.workload,
            metric_words(one.metric),
            *(100 * (ratio - 1) for ratio in (one.ratio, one.low, one.high)),
            one.changed,
            one.untouched,
        )
        for one in ordered
    ]
    return "\n".join(map(one_line, lines)) or "No metric was measured before and after on enough hosts of both kinds."


def key_text(key: SettingKey) -> str:
    """The name of a fact with its subject."""
    return f"{key.name} {key.subject}".rstrip()


def setting_text(key: SettingKey, value: Scalar | None) -> str:
    """The value with its unit."""
    spec = known_facts().get(key.name)
    if value is None:
        return "none"
    return value_text(value, spec.unit) if spec else value_text(value)


def named(hosts: Sequence[str]) -> str:
    """Up to five names, and how many more."""
    shown = ", ".join(hosts[:MOST_HOSTS])
    return f"{shown} and {len(hosts) - MOST_HOSTS} more" if len(hosts) > MOST_HOSTS else shown
