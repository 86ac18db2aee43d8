"""How sure a finding is before an experiment: settings alone give a hint, a measurement too makes it likely."""

from perfadvisor.analyse.results.catalogue import MEASURED_NAMES
from perfadvisor.analyse.rules.conditions import parse
from perfadvisor.model.rule import Confidence, Rule

# Facts of guests that are counters or shares over a time, not definitions.
MEASURED_ON_HOST = frozenset(
    {
        "vm.iothread_busy_share",
        "vm.vcpu_migrations_per_s",
        "vm_nic.vhost_busy_share",
        "vm_hostdev.guest_interrupts_per_s",
        "vm_hostdev.host_interrupts_per_s",
    }
)


def confidence(rule: Rule) -> Confidence:
    """What this rule can claim when it fires."""
    conditions = (rule.when, *rule.requires)
    names = {name.removeprefix("host.") for text in conditions for name in parse(text).names}
    measured = names & (MEASURED_NAMES | MEASURED_ON_HOST)
    return Confidence.LIKELY if measured else Confidence.HINT
