from dataclasses import replace

from perfadvisor.formatting import NO_VALUE
from perfadvisor.report.environments import environments
from perfadvisor.report.findings import entries


def test_rows_by_workload_with_their_reasons(view) -> None:
    made = view(environments=("local", "docker", "vm"))
    table = environments(made, entries(made.findings))
    first = table.groups[0]
    assert [row.source.environment for row in first] == ["docker", "vm"]
    assert (first[1].ratio, first[1].interval) == ("52 %", "49.9 to 53.6 %")
    assert first[1].reasons == (
        ("vm-disk-no-iothread, up to 70 % of the gap", ""),
        ("nic-irq-on-remote-node on ens3f0", "finding-1"),
    )
    assert table.counters == ("interrupts", "context switches", "steal")
    assert first[0].meanwhile == ("41.2 k/s", "96.0 k/s", "0.200 %")
    assert len({shape for _, shape in table.shapes}) == 2


def test_withheld_ratios_have_no_place_in_the_picture(view) -> None:
    made = view(environments=("local", "vm"))
    withheld = [row for row in environments(made, ()).rows if row.source.withheld]
    assert withheld
    assert all((row.place, row.ratio, row.interval) == (None, "withheld", "") for row in withheld)


def test_a_missing_counter_is_no_zero(view) -> None:
    made = view(environments=("local", "vm"))
    bare = replace(made, ratios=(made.ratios[0], replace(made.ratios[1], counters={})))
    assert environments(bare, ()).rows[1].meanwhile == (NO_VALUE,) * 3


def test_nothing_to_compare(view) -> None:
    assert environments(view(), ()) is None
