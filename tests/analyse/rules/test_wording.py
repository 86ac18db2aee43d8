"""Filling a rule's texts: only names are replaced, and what stands in a command is quoted."""

from hypothesis import given
from hypothesis import strategies as st

from perfadvisor.analyse.rules.lookup import Lookup, View
from perfadvisor.analyse.rules.wording import command, general, placeholders, sentence
from perfadvisor.model.fact import Fact, FactSpec, FactTable, Nature
from perfadvisor.model.units import Unit

CATALOGUE = {
    "nic.rx_usecs": FactSpec(
        name="nic.rx_usecs", type=int, unit=Unit.MICROSECONDS, subject="nic", nature=Nature.SETTING, meaning=""
    ),
    "nic.adaptive_rx": FactSpec(name="nic.adaptive_rx", type=bool, subject="nic", nature=Nature.SETTING, meaning=""),
    "nic.driver": FactSpec(name="nic.driver", type=str, subject="nic", nature=Nature.SETTING, meaning=""),
    "result.nic": FactSpec(
        name="result.nic", type=str, subject="result", refers_to="nic", nature=Nature.SETTING, meaning=""
    ),
}


def view(nic: str = "eth0", driver: str = "ice") -> View:
    facts = FactTable(
        [
            CATALOGUE["result.nic"].fact(nic, subject="r", source=""),
            CATALOGUE["nic.rx_usecs"].fact(50, subject=nic, source=""),
            CATALOGUE["nic.adaptive_rx"].fact(False, subject=nic, source=""),
            Fact(name="nic.driver", subject=nic, value=driver, source=""),
        ]
    )
    return Lookup(facts, CATALOGUE).view("result", "r")


def test_a_sentence_has_units():
    assert sentence("{nic} waits {nic.rx_usecs}, adaptive {nic.adaptive_rx}", view()) == "eth0 waits 50 µs, adaptive no"
    assert sentence("{subject}", view()) == "r"


def test_a_command_has_bare_values():
    assert command("ethtool -C {nic} adaptive-rx {nic.adaptive_rx} rx-usecs {nic.rx_usecs}", view()) == (
        "ethtool -C eth0 adaptive-rx off rx-usecs 50"
    )


def test_what_is_missing_stays_visible():
    assert sentence("{pci} and {nic.gone}", view()) == "(unknown) and (unknown)"
    assert command("echo {pci} {nic.gone}", view()) == "echo <pci> <nic.gone>"


def test_names_from_the_machine_are_quoted():
    assert command("ip link show {nic}", view(nic="e;reboot")) == "ip link show 'e;reboot'"
    assert command("echo {nic.driver}", view(driver="$(reboot)\n")).startswith("echo '$(reboot)")


def test_values_are_not_filled_twice():
    assert sentence("{nic.driver}", view(driver="{nic.rx_usecs}")) == "{nic.rx_usecs}"


def test_other_braces_stay():
    text = "awk '{print $1}' {} { nic } {nic!r} {0} {nic.rx_usecs:>99} ATTR{queue/scheduler}"
    assert command(text, view()) == text
    assert placeholders(text) == ()


def test_without_a_machine():
    assert general("{subject} waits {nic.rx_usecs}", "nic") == "The NIC waits …"
    assert general("Guest {subject} has pages", "vm") == "The guest has pages"
    assert general("Far from its device {pci}, NUMA node {subject}", "node") == "Far from its device, the NUMA node"
    assert general("vCPUs of guest {vm}", "vm") == "vCPUs of the guest"


@given(st.text(max_size=60))
def test_any_text_can_be_filled(text):
    assert isinstance(sentence(text, view()), str)
    assert isinstance(command(text, view()), str)
