from dataclasses import replace

from perfadvisor.model.fact import FactTable
from perfadvisor.model.result import Doubt, Trust
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.report.tiles import NOT_ASKED, tiles


def by_label(view) -> dict:
    return {tile.label: tile for tile in tiles(view)}


def test_five_figures_each_with_its_mark(view) -> None:
    found = by_label(view())
    assert list(found) == ["Storage latency", "Storage IOPS", "Storage bandwidth", "Network", "Memory"]
    assert found["Storage latency"].figure == "84.2 µs" and found["Storage latency"].trust is Trust.VALID
    assert found["Network"].figure.endswith("Gbit/s") and "median latency" in found["Network"].beside
    assert all(tile.anchor.startswith("result-") for tile in found.values())


def test_what_no_workload_asked_is_not_measured(view) -> None:
    cells = tuple(cell for cell in view().cells if not cell.workload.startswith("memory/"))
    memory = by_label(replace(view(), cells=cells))["Memory"]
    assert (memory.figure, memory.why, memory.trust) == ("", NOT_ASKED, Trust.NOT_MEASURED)


def test_an_invalid_result_gives_no_figure_but_its_reason(view) -> None:
    doubt = Doubt(trust=Trust.INVALID, reason="page cache in the result", evidence="e")
    cells = tuple(replace(cell, doubts=(doubt,)) for cell in view().cells)
    for tile in tiles(replace(view(), cells=cells)):
        assert (tile.figure, tile.shares) == ("", ()) and tile.why == "page cache in the result"


def test_what_other_environments_keep(view) -> None:
    shares = by_label(view(environments=("local", "docker", "vm")))["Storage IOPS"].shares
    assert len(shares) == 1 and shares[0].startswith("docker 9") and ", vm 5" in shares[0]


def test_the_share_of_a_ceiling_where_the_machine_names_it(view) -> None:
    made, facts = view(), known_facts()
    cell = next(cell for cell in made.cells if cell.workload == "storage/seqread-1m-qd8")
    table = FactTable(
        [
            *made.facts["local"],
            facts["result.pci"].fact("0000:41:00.0", source="s", subject=cell.id),
            facts["pci.path_bytes_per_s"].fact(3.5e9, source="s", subject="0000:41:00.0"),
            facts["result.io_limit_share"].fact(0.0, source="s", subject=cell.id),
        ]
    )
    known = made.facts["local"].value("pci.path_bytes_per_s", "0000:41:00.0") or 3.5e9
    shares = by_label(replace(made, facts={"local": table}))["Storage bandwidth"].shares
    median = cell.estimates[0].median if cell.estimates[0].metric.endswith("bytes_per_s") else 1.75e9
    assert len(shares) == 1 and "of the PCIe path's" in shares[0]
    assert abs(float(shares[0].split(" %")[0]) - 100 * median / known) < 1


def test_a_machine_that_was_only_read_has_none(view) -> None:
    assert tiles(replace(view(), run=None, cells=())) == ()


def test_where_the_base_was_not_measured_another_environment_answers_by_name(view) -> None:
    made = view(environments=("local", "docker", "vm"))
    is_network = {
        cell.id for cell in made.cells if cell.workload.startswith("network/") and cell.environment == "local"
    }
    without = tuple(cell for cell in made.cells if cell.id not in is_network)
    gone = tuple(replace(cell, trials=(), estimates=()) if cell.id in is_network else cell for cell in made.cells)
    for cells in (without, gone):
        network = by_label(replace(made, cells=cells))["Network"]
        assert network.figure.endswith("Gbit/s") and network.workload.endswith(" in docker")
    assert not by_label(made)["Network"].workload.endswith(" in docker")


def test_a_doubtful_result_of_the_base_is_not_hidden_by_another_environment(view) -> None:
    made = view(environments=("local", "docker"))
    doubt = Doubt(trust=Trust.INVALID, reason="page cache in the result", evidence="e")
    cells = tuple(replace(cell, doubts=(doubt,)) if cell.environment == "local" else cell for cell in made.cells)
    network = by_label(replace(made, cells=cells))["Network"]
    assert (network.figure, network.why) == ("", "page cache in the result")
