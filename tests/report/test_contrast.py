"""Text can be read in both colour schemes: WCAG 2.1, success criterion 1.4.3, asks for 4.5 to 1."""

import re

import pytest

from perfadvisor.packs.locate import shipped

STYLE = (shipped("reports") / "page.css").read_text()
TEXTS = ("ink", "soft", "link", "critical", "high", "medium", "low", "info", "good", "data")


def palette(scheme: str) -> dict[str, str]:
    """The colours of a scheme: those of the first :root, and for dark those that replace them."""
    first, second = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[:2]
    found = re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", first + (second if scheme == "dark" else ""))
    return dict(found)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("ground", ["paper", "panel"])
def test_contrast(scheme: str, text: str, ground: str) -> None:
    colours = palette(scheme)
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_stand_out(scheme: str) -> None:
    """WCAG 1.4.11: 3 to 1 for what is drawn."""
    colours = palette(scheme)
    assert all(
        contrast(colours[name], colours["paper"]) >= 3 for name in colours if name.startswith(("data", "strong"))
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_have_the_colours_of_the_page(scheme: str) -> None:
    from perfadvisor.report.figures import TEMPLATES

    colours = palette(scheme)
    wanted = [colours[name] for name in ("data", "data-2", "data-3", "data-4", "data-5")]
    assert TEMPLATES[scheme]["layout"]["colorway"] == wanted


def test_links_between_other_words_are_underlined() -> None:
    """In a list of findings the title stands beside what it is about, and colour alone would tell it from that."""
    assert ".overview a" not in STYLE
