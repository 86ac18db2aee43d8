"""Advice that was once harmful, naive or untrue, each held by what the rule says and does now."""

import os
import subprocess
from pathlib import Path

import pytest

from perfadvisor.model.rule import Outcome, Rule, Severity
from perfadvisor.packs.rules import load_rules

RULES = {rule.id: rule for rule in load_rules()}


def words(rule: Rule) -> str:
    """Everything a reader of the rule sees."""
    fix = rule.fix
    return "\n".join((rule.title, rule.why, *rule.check_first, fix.run, fix.persist, fix.risk, *rule.references))


def expected(rule: str, **facts: object) -> set[Outcome]:
    """What the cases of this rule expect where these facts have these values."""
    named = {name.replace("__", "."): value for name, value in facts.items()}
    return {
        case.expect for case in RULES[rule].cases if all(case.facts.get(name) == value for name, value in named.items())
    }


def test_a_pool_of_huge_pages_is_made_larger_by_what_is_missing_and_never_set_to_a_constant() -> None:
    rule = RULES["hugepages-not-got"]
    assert not rule.fix.run and not rule.fix.set, "the right number depends on the pool of that size and node"
    assert "that number plus the missing pages" in rule.fix.persist and "hugepages-SIZEkB" in rule.fix.persist


def test_idle_huge_pages_go_back_and_used_ones_stay_and_the_undo_knows_the_nodes(tmp_path: Path) -> None:
    """The rule's own commands, on a copy of the directories with 10 and 6 pages."""
    pools = {"hugepages-2048kB": ("10", "7", "2"), "hugepages-1048576kB": ("6", "0", "0")}
    for size, numbers in pools.items():
        for name, number in zip(("nr", "free", "resv"), numbers, strict=True):
            _write(tmp_path / f"kernel/mm/hugepages/{size}/{name}_hugepages", number)
        for node, number in ((0, "4"), (1, "6")):
            _write(tmp_path / f"devices/system/node/node{node}/hugepages/{size}/nr_hugepages", number)
    rule, own = RULES["hugepages-reserved-idle"], os.environ | {"HOME": str(tmp_path)}
    for command in (rule.fix.run, rule.rollback):
        subprocess.run(["sh", "-c", command.replace("/sys/", f"{tmp_path}/")], env=own, check=True)
        for node in (0, 1):  # what is there now is not what was there
            file = tmp_path / f"devices/system/node/node{node}/hugepages/hugepages-2048kB/nr_hugepages"
            assert file.read_text().strip() == ("4", "6")[node]
            file.write_text("0")
    left = {size: (tmp_path / f"kernel/mm/hugepages/{size}/nr_hugepages").read_text().strip() for size in pools}
    assert left == {"hugepages-2048kB": "5", "hugepages-1048576kB": "6"}, "total - free + reserved of each size"


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_a_disk_that_ignores_flushes_is_the_gravest_of_all_cache_modes() -> None:
    rule = RULES["vm-disk-cache-unsafe"]
    assert rule.severity is Severity.CRITICAL and "vm-disk-cache-mode" in rule.suppresses
    assert expected(rule.id, vm_disk__cache="unsafe") == {Outcome.FIRES}


def test_a_running_guest_whose_model_libvirt_expanded_is_left_in_peace() -> None:
    running = {"vm__running": True, "vm__cpu_mode": "custom", "vm__cpu_model": "Westmere"}
    assert expected("vm-cpu-model-generic", **running) == {Outcome.CLEAR}


def test_moderation_is_changed_for_receiving_alone_and_said_to_be_what_it_is() -> None:
    assert "adaptive-tx" not in words(RULES["irq-coalesce-adaptive-off"])
    latency = words(RULES["irq-coalesce-latency-high"])
    assert "A timer that starts" in latency and "Intel's throttling is a shortest time between two" in latency


def test_the_kernels_own_choice_for_a_disk_with_one_queue_is_no_finding() -> None:
    rule = RULES["storage-scheduler-not-none"]
    assert expected(rule.id, block__queue_count=1) == {Outcome.NOT_APPLICABLE}
    assert "distributions" not in words(rule)


def test_only_what_the_window_of_each_direction_is_today_is_said_of_it() -> None:
    window = words(RULES["network-tcp-window-limited"])
    assert "half" not in window and "tcp_adv_win_scale is obsolete" in window and ">= 6.6" in window
    losses = words(RULES["network-retransmits"])
    assert "CUBIC's on long paths with its 0.75th power" in losses
    assert expected("network-retransmits", result__slows_for_loss=False) == {Outcome.NOT_APPLICABLE}


@pytest.mark.parametrize("governor", ["schedutil", "userspace"])
def test_governors_that_do_not_lag_are_no_finding(governor: str) -> None:
    assert expected("cpu-governor-on-demand", cpu__governors=governor) == {Outcome.CLEAR}


@pytest.mark.parametrize(
    ("clock", "outcome"),
    [("xen", Outcome.CLEAR), ("hyperv_clocksource_msr", Outcome.FIRES), ("kvm-clock", Outcome.CLEAR)],
)
def test_clocks_that_are_read_in_user_space_are_not_slow(clock: str, outcome: Outcome) -> None:
    assert expected("cpu-clocksource-slow", cpu__clocksource=clock) == {outcome}


def test_ticks_are_coarse_and_not_slow() -> None:
    assert "jiffies" not in RULES["cpu-clocksource-slow"].when and "jiffies" in RULES["cpu-clocksource-coarse"].when


def test_a_bridge_is_not_judged_by_a_figure_of_an_overlay() -> None:
    text = words(RULES["container-net-bridge-nat"])
    assert "overlay" not in text and "Slim" not in text


def test_no_rule_names_a_speed_that_every_stream_would_have() -> None:
    assert [rule.id for rule in RULES.values() if "Gbit/s a stream" in words(rule)] == []
