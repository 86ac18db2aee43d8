"""Short names: told apart, and nothing lost that tells them apart."""

import doctest

from hypothesis import given
from hypothesis import strategies as st

from perfadvisor.report.terminal import environment_labels
from perfadvisor.report.terminal.environment_labels import labels

NIC = "local:nic=0000:02:00.0,address=10.0.0.2/24"
DOMAINS = (f"{NIC},domain=DMA", f"{NIC},domain=identity")


def test_what_all_of_a_kind_share_is_left_out() -> None:
    assert [*labels(DOMAINS).values()] == ["local:domain=DMA", "local:domain=identity"]
    assert labels(["local", "vm:cpus=2", "docker:alpine"]) == {
        "local": "local",
        "vm:cpus=2": "vm:cpus=2",
        "docker:alpine": "docker:alpine",
    }
    assert not doctest.testmod(environment_labels).failed


@given(st.lists(st.text("ab:,=", max_size=8), unique=True, max_size=5))
def test_labels_tell_apart_what_the_names_tell_apart(names: list[str]) -> None:
    found = labels(names)
    assert list(found) == names
    assert len(set(found.values())) == len(names)
    assert all(len(label) <= len(name) or name in label for name, label in found.items())
