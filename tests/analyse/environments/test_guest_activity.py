"""What the host did for a guest becomes facts of that guest, of the trial in which it did most."""

from perfadvisor.analyse.environments.guest_activity import of_run
from perfadvisor.model.fact import Fact, FactTable, Scalar
from perfadvisor.model.result import Cell, IoPath, TrialResult, TrialState
from perfadvisor.model.workload import Trial
from perfadvisor.packs.known_facts import known_facts


def table(*facts: tuple[str, str, Scalar]) -> FactTable:
    return FactTable(Fact(name=name, subject=subject, value=value, source="test") for name, subject, value in facts)


GUEST = table(("environment.domain", "", "vm"), ("pci.host_address", "0000:02:00.0", "0000:81:00.0"))
HOST = table(
    ("vm_nic.domain", "vm/tap0", "vm"),
    ("vm_nic.vhost", "vm/tap0", True),
    ("vm_nic.domain", "other/tap1", "other"),
    ("vm_nic.vhost", "other/tap1", True),
    ("vm_hostdev.domain", "vm/0000:81:00.0", "vm"),
    ("vm_hostdev.pci_address", "vm/0000:81:00.0", "0000:81:00.0"),
)


def trial(number: int, **deltas: float) -> TrialResult:
    planned = Trial(number=number, workload="w", environment="vm", repeat=1, position=0, runtime_s=1, warmup_s=0)
    named = {name.replace("__", "."): value for name, value in deltas.items()}
    path = IoPath(pci="0000:02:00.0")
    return TrialResult(trial=planned, state=TrialState.DONE, started=0, duration_s=1, path=path, deltas=named)


def test_the_busiest_trial_of_each_speaks() -> None:
    trials = (
        trial(
            1,
            qemu__iothread_busy_share=0.95,
            qemu__vhost_busy_share=0.1,
            qemu__vcpu_migrations_per_s=3.0,
            path__irq__per_s=9000.0,
            vfio__interrupts_per_s=8000.0,
        ),
        trial(
            2,
            qemu__iothread_busy_share=0.2,
            qemu__vhost_busy_share=0.7,
            qemu__vcpu_migrations_per_s=1.0,
            path__irq__per_s=100.0,
            vfio__interrupts_per_s=9999.0,
        ),
    )
    cell = Cell(workload="w", environment="vm", estimates=(), trials=trials)
    found = {(fact.name, fact.subject): fact.value for fact in of_run([cell], GUEST, HOST, known_facts())}
    assert found == {
        ("vm.iothread_busy_share", "vm"): 0.95,
        ("vm.vcpu_migrations_per_s", "vm"): 3.0,
        ("vm_nic.vhost_busy_share", "vm/tap0"): 0.7,
        ("vm_hostdev.guest_interrupts_per_s", "vm/0000:81:00.0"): 9000.0,
        ("vm_hostdev.host_interrupts_per_s", "vm/0000:81:00.0"): 8000.0,
    }


def test_a_guest_that_is_not_known_to_the_host_says_nothing() -> None:
    cell = Cell(workload="w", environment="vm", estimates=(), trials=(trial(1, qemu__iothread_busy_share=0.9),))
    assert list(of_run([cell], FactTable(()), HOST, known_facts())) == []
