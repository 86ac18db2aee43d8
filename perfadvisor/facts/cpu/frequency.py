"""How fast the CPUs may run: governor, driver, energy preference, turbo, the top frequency, and thermal throttling."""

from collections.abc import Iterator

from perfadvisor.facts.cpu.cpu import SYSTEM
from perfadvisor.facts.reading import reader
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature, Scalar
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

_POLICIES = f"{SYSTEM}/cpufreq"
_NO_SCALING = "no frequency scaling in what was read (usual in a virtual machine)"

_DISTINCT = tuple(
    (FactSpec(name=f"cpu.{name}", type=str, meaning=meaning, nature=Nature.SETTING), file)
    for name, file, meaning in (
        ("governors", "scaling_governor", "frequency governors in use, comma joined"),
        ("scaling_driver", "scaling_driver", "driver that sets the frequency"),
        (
            "energy_performance_preferences",
            "energy_performance_preference",
            "energy or performance preferences given to the CPUs, comma joined",
        ),
    )
)
FREQUENCY_MAX = FactSpec(
    name="cpu.frequency_max_hz",
    type=int,
    unit=Unit.HERTZ,
    meaning="highest frequency of any CPU, by its hardware",
    nature=Nature.IDENTITY,
)
FREQUENCY_LIMIT = FactSpec(
    name="cpu.frequency_limit_hz",
    type=int,
    unit=Unit.HERTZ,
    meaning="lowest upper limit set on any CPU's frequency",
    nature=Nature.SETTING,
)
LIMIT_SHARE = FactSpec(
    name="cpu.frequency_limit_share",
    type=float,
    unit=Unit.RATIO,
    meaning="upper limit set on a CPU's frequency over what its hardware can, for the CPU limited most",
    nature=Nature.SETTING,
)
TURBO_DISABLED = FactSpec(
    name="cpu.turbo_disabled",
    type=bool,
    meaning="whether frequencies above the nominal one are switched off",
    nature=Nature.SETTING,
)
THROTTLES = FactSpec(
    name="cpu.package_throttle_count",
    type=int,
    unit=Unit.COUNT,
    meaning="times a package got too hot since boot, over all packages",
    nature=Nature.MEASURED,
)

CATALOGUE: tuple[FactSpec, ...] = (
    *(spec for spec, _ in _DISTINCT),
    FREQUENCY_MAX,
    FREQUENCY_LIMIT,
    LIMIT_SHARE,
    TURBO_DISABLED,
    THROTTLES,
)
PATTERNS: tuple[str, ...] = (
    *(f"{_POLICIES}/policy*/{file}" for _, file in _DISTINCT),
    f"{_POLICIES}/policy*/cpuinfo_max_freq",
    f"{_POLICIES}/policy*/scaling_max_freq",
    f"{_POLICIES}/boost",
    f"{SYSTEM}/intel_pstate/no_turbo",
    f"{SYSTEM}/intel_pstate/status",
    f"{SYSTEM}/amd_pstate/status",
    f"{SYSTEM}/cpu[0-9]*/thermal_throttle/package_throttle_count",
)


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The frequency facts of this tree."""
    policies = _policies(tree)
    where = _where(policies)
    for spec, file in _DISTINCT:
        words = ",".join(sorted({text for policy in policies if (text := tree.text(f"{policy}/{file}"))}))
        yield spec.given(words or None, source=f"{where}/{file}", reason=_NO_SCALING)
    highest = max(_kilohertz(tree, policies, "cpuinfo_max_freq"), default=None)
    yield _frequency(FREQUENCY_MAX, highest, f"{where}/cpuinfo_max_freq")
    limit = min(_kilohertz(tree, policies, "scaling_max_freq"), default=None)
    yield _frequency(FREQUENCY_LIMIT, limit, f"{where}/scaling_max_freq")
    yield _limit_share(tree, policies, f"{where}/scaling_max_freq")
    yield _turbo(tree)
    yield _throttles(tree)


def _policies(tree: Tree) -> list[str]:
    """The directories that hold the settings: one per policy; on older kernels one in each CPU's own directory."""
    policies = [path for _, path in reader.numbered(tree, _POLICIES, "policy")]
    own = [f"{cpu}/cpufreq" for _, cpu in reader.numbered(tree, SYSTEM, "cpu")]
    return list(dict.fromkeys(map(tree.realpath, policies + own)))


def _where(policies: list[str]) -> str:
    """Where those that were found lie: a stated source is a file that exists."""
    below = [policy for policy in policies if policy.startswith(f"{_POLICIES}/")]
    return f"{_POLICIES}/policy*" if below or not policies else f"{SYSTEM}/cpu*/cpufreq"


def _kilohertz(tree: Tree, policies: list[str], file: str) -> list[int]:
    values = (reader.integer(tree, f"{policy}/{file}") for policy in policies)
    return [value for value in values if value is not None and value > 0]


def _frequency(spec: FactSpec, kilohertz: int | None, source: str) -> Fact | Absent:
    value: Scalar | None = None if kilohertz is None else kilohertz * 1000
    return spec.given(value, source=source, reason=_NO_SCALING)


def _limit_share(tree: Tree, policies: list[str], source: str) -> Fact | Absent:
    """CPU by CPU: with fast and slow cores in one machine the lowest limit over the highest maximum says nothing."""
    pairs = [
        _kilohertz(tree, [policy], "scaling_max_freq") + _kilohertz(tree, [policy], "cpuinfo_max_freq")
        for policy in policies
    ]
    share = min((pair[0] / pair[1] for pair in pairs if len(pair) == 2), default=None)
    return LIMIT_SHARE.given(share, source=source, reason=_NO_SCALING)


def _turbo(tree: Tree) -> Fact | Absent:
    """`no_turbo` says it is off, `boost` says it is on (Documentation/admin-guide/pm/{intel_pstate,cpufreq}.rst)."""
    no_turbo, boost = f"{SYSTEM}/intel_pstate/no_turbo", f"{_POLICIES}/boost"
    if tree.exists(no_turbo):
        return reader.boolean_fact(TURBO_DISABLED, tree, no_turbo)
    boosted = reader.boolean(tree.text(boost))
    return reader.fact(TURBO_DISABLED, tree, boost, None if boosted is None else not boosted)


def _throttles(tree: Tree) -> Fact | Absent:
    """Every CPU of a package shows its package's count, so the counts are added once per package. Without the package
    numbers the same count may have been read many times, and their sum means nothing."""
    counts: dict[int, int] = {}
    source = f"{SYSTEM}/cpu*/thermal_throttle/package_throttle_count"
    for _, directory in reader.numbered(tree, SYSTEM, "cpu"):
        count = reader.integer(tree, f"{directory}/thermal_throttle/package_throttle_count")
        if count is None:
            continue
        package = reader.integer(tree, f"{directory}/topology/physical_package_id")
        if package is None:
            return THROTTLES.absent("which CPUs share a package was not read", source=source)
        counts[package] = max(count, counts.get(package, 0))
    return THROTTLES.given(sum(counts.values()) if counts else None, source=source, reason="not counted on this CPU")
