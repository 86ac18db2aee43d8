"""Governors, frequencies, turbo, throttling and idle states."""

import pytest

from perfadvisor.facts.cpu import frequency, idle
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Symlink, Tree

SYSTEM = "/sys/devices/system/cpu"


def read(files, module=frequency):
    return FactTable(module.facts(Tree({f"{SYSTEM}/{path}": text.encode() for path, text in files.items()})))


POLICIES = {
    "cpufreq/policy0/scaling_governor": "performance\n",
    "cpufreq/policy1/scaling_governor": "powersave\n",
    "cpufreq/policy10/scaling_governor": "powersave\n",
    "cpufreq/policy0/scaling_driver": "intel_pstate\n",
    "cpufreq/policy0/cpuinfo_max_freq": "3800000\n",
    "cpufreq/policy1/cpuinfo_max_freq": "4100000\n",
    "cpufreq/policy0/scaling_max_freq": "3800000\n",
    "cpufreq/policy1/scaling_max_freq": "2000000\n",
    "cpufreq/policy10/scaling_max_freq": "<unsupported>\n",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cpu.governors", "performance,powersave"),
        ("cpu.scaling_driver", "intel_pstate"),
        ("cpu.energy_performance_preferences", None),
        ("cpu.frequency_max_hz", 4_100_000_000),
        ("cpu.frequency_limit_hz", 2_000_000_000),
        ("cpu.turbo_disabled", None),
    ],
)
def test_policies(name, value):
    assert read(POLICIES).value(name) == value


def test_older_kernels_keep_the_settings_with_the_cpu():
    assert read({"cpu3/cpufreq/scaling_governor": "ondemand\n"}).value("cpu.governors") == "ondemand"


def test_a_link_to_a_policy_is_not_a_second_one():
    tree = Tree(
        {
            f"{SYSTEM}/cpu0/cpufreq": Symlink("../cpufreq/policy0"),
            f"{SYSTEM}/cpufreq/policy0/scaling_governor": b"schedutil\n",
        }
    )
    assert FactTable(frequency.facts(tree)).value("cpu.governors") == "schedutil"


@pytest.mark.parametrize(
    ("files", "disabled"),
    [
        ({"intel_pstate/no_turbo": "1\n"}, True),
        ({"intel_pstate/no_turbo": "0\n", "cpufreq/boost": "0\n"}, False),
        ({"cpufreq/boost": "0\n"}, True),
        ({"cpufreq/boost": "1\n"}, False),
        ({"cpufreq/boost": "?\n"}, None),
    ],
)
def test_turbo(files, disabled):
    assert read(files).value("cpu.turbo_disabled") is disabled


def test_throttling_is_counted_once_a_package():
    files = {f"cpu{n}/thermal_throttle/package_throttle_count": str(5 + n // 2) for n in range(4)}
    files |= {f"cpu{n}/topology/physical_package_id": str(n // 2) for n in range(4)}
    assert read(files).value("cpu.package_throttle_count") == 11


STATES = {
    "cpu0/cpuidle/state0/name": "POLL",
    "cpu0/cpuidle/state0/latency": "0",
    "cpu0/cpuidle/state1/name": "C1E",
    "cpu0/cpuidle/state1/latency": "10",
    "cpu0/cpuidle/state1/disable": "0",
    "cpu0/cpuidle/state2/name": "C6",
    "cpu0/cpuidle/state2/latency": "133",
    "cpu0/cpuidle/state2/disable": "1",
    "cpuidle/current_driver": "intel_idle",
    "cpuidle/current_governor_ro": "menu",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cpu.cstate_max_latency_us", 10),
        ("cpu.cstate_deepest", "C1E"),
        ("cpu.idle_driver", "intel_idle"),
        ("cpu.idle_governor", "menu"),
    ],
)
def test_idle_states_that_are_disabled_do_not_count(name, value):
    assert read(STATES, idle).value(name) == value


@pytest.mark.parametrize(("bound", "deepest"), [("0", 10), ("5", 0), ("n/a", 0), ("100", 10), ("junk", 10)])
def test_a_bound_on_waking_takes_the_slower_states_out(bound, deepest):
    found = read({**STATES, "cpu0/power/pm_qos_resume_latency_us": bound}, idle)
    assert found.value("cpu.cstate_max_latency_us") == deepest


@pytest.mark.parametrize(
    ("fast", "share"),
    [(("3200000", "3200000"), 1.0), (("1600000", "3200000"), 0.5), ((None, "3200000"), 1.0)],
)
def test_a_slow_core_is_not_a_limited_one(fast, share):
    """Limits are held against what the same CPU can: a slow core at its full speed is not limited."""
    names = ("scaling_max_freq", "cpuinfo_max_freq")
    slow = {f"cpufreq/policy0/{name}": "2000000" for name in names}
    told = {f"cpufreq/policy4/{name}": value for name, value in zip(names, fast, strict=True) if value}
    assert read(slow | told, frequency).value("cpu.frequency_limit_share") == share


def test_throttling_of_packages_that_are_not_told_apart_is_not_added_up():
    """Each of the eight shows the same count of its one package: 150 events, not 1,200."""
    files = {f"cpu{n}/thermal_throttle/package_throttle_count": "150" for n in range(8)}
    assert read(files).value("cpu.package_throttle_count") is None


def test_a_fact_rests_on_files_that_are_there() -> None:
    """Older kernels have no directory of policies, only one in each CPU's own."""
    old = {"cpu0/cpufreq/scaling_governor": "ondemand\n", "cpu0/cpufreq/scaling_max_freq": "1000\n"}
    facts = read(old)
    for name, file in (("cpu.governors", "scaling_governor"), ("cpu.frequency_limit_hz", "scaling_max_freq")):
        assert facts.find(name).source == f"{SYSTEM}/cpu*/cpufreq/{file}"
    new = read({"cpufreq/policy0/scaling_governor": "ondemand\n"})
    assert new.find("cpu.governors").source == f"{SYSTEM}/cpufreq/policy*/scaling_governor"
