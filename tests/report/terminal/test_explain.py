import pytest

from perfadvisor.errors import InputError
from perfadvisor.model.rule import Outcome
from perfadvisor.report.terminal import explain, full


def text_of(view, *wanted: str) -> str:
    return "\n".join(line.plain for line in explain.lines(view, wanted, 100))


def test_a_number_prints_that_finding_in_full(view) -> None:
    text = text_of(view(), "2")
    assert text.startswith("2. HIGH  The link of nvme0n1") and "\n3. " not in text
    assert "pci.link_speed_gtps = 8 GT/s" in text and "risk" in text


def test_a_rule_that_fires_prints_its_finding(view) -> None:
    assert text_of(view(), "pcie-link-speed-degraded").startswith("2. HIGH")
    assert text_of(view(), "storage-at-link-ceiling").startswith("2. HIGH"), "explained by the second"


@pytest.mark.parametrize(
    ("outcome", "word"), [(Outcome.CLEAR, "passed"), (Outcome.UNKNOWN, "unknown"), (Outcome.NOT_APPLICABLE, "n/a")]
)
def test_a_rule_that_did_not_fire_says_what_it_answered(view, outcome: Outcome, word: str) -> None:
    asked = view().with_outcome(outcome)[0]
    text = text_of(view(), asked.rule.id)
    assert word in text and asked.rule.id in text
    assert all(absent.reason in text for absent in asked.missing)


def test_all_is_everything(view) -> None:
    assert text_of(view(), "all") == "\n".join(line.plain for line in full.lines(view(), 100))


def test_several_at_once(view) -> None:
    text = text_of(view(), "1", "3")
    assert text.startswith("1. HIGH") and "\n3. MEDIUM" in text


@pytest.mark.parametrize("wanted", ["0", "5", "nic-irq-on-remote-nod"])
def test_what_is_not_there_is_an_error(view, wanted: str) -> None:
    with pytest.raises(InputError) as error:
        text_of(view(), wanted)
    assert "1 to 4" in error.value.message or "did you mean 'nic-irq-on-remote-node'" in error.value.hint


def test_what_to_do_next_is_a_command(view) -> None:
    with pytest.raises(InputError) as error:
        text_of(view(), "nothing-like-it")
    assert error.value.hint == "perfadvisor rules list"
