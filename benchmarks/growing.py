"""Inputs of any size, and the step that reads each: what `benchmarks.growth` times and tests count the work of."""

import json
import random
from collections.abc import Callable
from pathlib import Path

from perfadvisor.facts import catalogue
from perfadvisor.model.gate import Order, Runs, Side
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Entry, Symlink, Tree

Timed = Callable[[], object]
CPUS = 64


def functions(count: int) -> Tree:
    """A machine of so many PCI functions: a bridge for every 31, network and storage functions below it."""
    entries: dict[str, Entry] = {"/sys/devices/system/node/online": b"0-1\n"}
    for number in range(count):
        bus, slot = divmod(number, 32)
        bridge, address, folder = _place(number)
        entries |= {
            f"{folder}/vendor": b"0x8086\n",
            f"{folder}/device": b"0x1572\n",
            f"{folder}/class": b"0x020000\n",
            f"{folder}/numa_node": b"0\n",
            f"{folder}/current_link_speed": b"8.0 GT/s PCIe\n",
            f"{folder}/max_link_speed": b"16.0 GT/s PCIe\n",
            f"{folder}/current_link_width": b"8\n",
            f"{folder}/max_link_width": b"8\n",
            f"/sys/bus/pci/devices/{address}": Symlink(f"../../../..{folder[4:]}"),
            f"{folder}/iommu_group": Symlink(f"../../../../kernel/iommu_groups/{number}"),
            f"/sys/kernel/iommu_groups/{number}/type": b"DMA\n",
            f"/sys/kernel/iommu_groups/{number}/devices/{address}": Symlink(f"../../../..{folder[4:]}"),
        }
        if slot == 0:
            entries[f"/sys/bus/pci/devices/{bridge}"] = Symlink(f"../../../../devices/pci{bus // 256:04x}:00/{bridge}")
            entries[f"/sys/devices/pci{bus // 256:04x}:00/{bridge}/class"] = b"0x060400\n"
    return Tree(entries)


def _place(number: int) -> tuple[str, str, str]:
    """The bridge above a function, its address, and its directory."""
    bus, slot = divmod(number, 32)
    bridge = f"{bus // 256:04x}:00:{bus % 32:02x}.{bus // 32 % 8}"
    address = f"{0x1000 + bus // 256:04x}:{bus % 256:02x}:{slot:02x}.0"
    return bridge, address, f"/sys/devices/pci{bus // 256:04x}:00/{bridge}/{address}"


def devices(count: int) -> Tree:
    """A machine of so many PCI functions, each with a network interface and a disk."""
    entries = dict(functions(count).items())
    for number in range(count):
        _, address, folder = _place(number)
        nic, disk = f"{folder}/net/eth{number}", f"{folder}/virtio{number}/block/vd{number}"
        entries |= {
            f"/sys/class/net/eth{number}": Symlink(f"../..{nic[4:]}"),
            f"{nic}/device": Symlink(f"../../../{address}"),
            f"{nic}/mtu": b"1500\n",
            f"{nic}/operstate": b"up\n",
            f"/sys/class/block/vd{number}": Symlink(f"../..{disk[4:]}"),
            f"{disk}/device": Symlink(f"../../../virtio{number}"),
            f"{disk}/size": b"2097152\n",
            f"{disk}/queue/scheduler": b"[none] mq-deadline\n",
        }
    return Tree(entries)


def interrupts(cells: int) -> Tree:
    """`/proc/interrupts` with so many counts: 64 CPUs, the rest in lines."""
    lines = ["".join(f"{f'CPU{cpu}':>11}" for cpu in range(CPUS))]
    counts = " ".join(str(cpu * 1000) for cpu in range(CPUS))
    lines += [f"{n:>4}: {counts} IR-PCI-MSI {n}-edge dev{n}-{n % 64}" for n in range(max(1, cells // CPUS))]
    return Tree({"/proc/interrupts": "\n".join(lines).encode(), "/proc/stat": b""})


def facts_of_functions(size: int, _folder: Path) -> Timed:
    tree = functions(size)
    return lambda: catalogue.read(tree)


def facts_of_devices(size: int, _folder: Path) -> Timed:
    tree = devices(size)
    return lambda: catalogue.read(tree)


def facts_of_interrupts(size: int, _folder: Path) -> Timed:
    tree = interrupts(size)
    return lambda: catalogue.read(tree)


def rules_of_functions(size: int, _folder: Path) -> Timed:
    return _rules(functions(size))


def rules_of_devices(size: int, _folder: Path) -> Timed:
    return _rules(devices(size))


def _rules(tree: Tree) -> Timed:
    from perfadvisor.analyse.rules.advise import advise
    from perfadvisor.packs.known_facts import known_facts
    from perfadvisor.packs.rules import load_rules

    table, rules = catalogue.read(tree), load_rules()
    return lambda: advise(table, rules, catalogue=known_facts(), environment="x")


def report_of_functions(size: int, _folder: Path) -> Timed:
    return _report(functions(size))


def report_of_devices(size: int, _folder: Path) -> Timed:
    return _report(devices(size))


def _report(tree: Tree) -> Timed:
    from perfadvisor.judge import judge_snapshot
    from perfadvisor.packs.rules import load_rules
    from perfadvisor.report.html import render

    snapshot = Snapshot(environment="x", taken=1e9, tree=tree, clock_source="tsc", version="0")
    view = judge_snapshot(snapshot, load_rules(), source="x")
    return lambda: render(view)


def import_of_files(size: int, folder: Path) -> Timed:
    from perfadvisor.importer import import_files

    source = Path(__file__).parent.parent / "tests" / "data" / "fio" / "randread-qd32.json"
    usual = json.loads(source.read_text())
    files = [folder / f"{number}.json" for number in range(size)]
    for number, file in enumerate(files):
        usual["timestamp"] = 1_700_000_000 + number
        file.write_text(json.dumps(usual))
    return lambda: import_files(files, folder / "run")


def gate_of_metrics(size: int, _folder: Path) -> Timed:
    from perfadvisor.analyse.gate.gate import gate
    from perfadvisor.gating.policy import Policy
    from perfadvisor.report.gate_text import gate_text

    sides = (_side("a", size, 1.0), _side("b", size, 1.05))
    return lambda: gate_text(gate(*sides, Policy().of, Order.MIXED))


def _side(name: str, metrics: int, factor: float) -> Side:
    chance = random.Random(name)
    runs = {}
    for number in range(metrics):
        values = tuple(factor * chance.lognormvariate(0, 0.01) for _ in range(8))
        runs["w", f"m{number}"] = Runs(workload="w", metric=f"m{number}", unit="s", better="lower", values=values)
    return Side(name=name, runs=runs)


def history_of_points(size: int, folder: Path) -> Timed:
    from perfadvisor.cli.history_body import ingest_all

    write_points(folder / "points.csv", size)
    place = str(folder / "history.sqlite")
    return lambda: ingest_all(runs=(), csv_files=(folder / "points.csv",), commit="", db=place)


def write_points(file: Path, count: int) -> None:
    """A history CSV of 100 series."""
    with file.open("w") as out:
        out.write("series,time,value,commit,unit,better\n")
        for number in range(count):
            out.write(f"s{number % 100},{1_600_000_000 + number // 100},{100 + number % 7},c{number // 100},s,lower\n")
