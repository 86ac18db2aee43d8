"""Rule files: a good one becomes a rule, a bad one gives every mistake with its place."""

from pathlib import Path

import pytest

from perfadvisor.model.rule import Case, Outcome, Rule, Severity
from perfadvisor.packs.problems import PackError
from perfadvisor.packs.rule_reader import read_rules
from tests.packs.rule_texts import CATALOGUE, GOOD, written


def read(tmp_path: Path, text: str = GOOD) -> Rule:
    (rule,) = read_rules([written(tmp_path, text)], CATALOGUE)
    return rule


def mistakes(tmp_path: Path, *changes: tuple[str, str]) -> list[str]:
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    with pytest.raises(PackError) as caught:
        read(tmp_path, text)
    return [str(problem).removeprefix(f"{tmp_path}/nic-slow.yaml:") for problem in caught.value.problems]


def test_a_good_file(tmp_path):
    rule = read(tmp_path)
    assert (rule.id, rule.severity, rule.for_each, rule.requires) == (
        "nic-slow",
        Severity.HIGH,
        "nic",
        ("not nic.adaptive_rx",),
    )
    assert rule.references == ("a book, https://books.example/1 (last checked 2026-01-02; kernels >= 5.10)",)
    assert rule.rollback == "ethtool -C {nic} rx-usecs {nic.rx_usecs}"
    assert rule.origin.endswith("nic-slow.yaml")


def test_cases_share_what_is_given(tmp_path):
    fires, _clear, unknown, fixed = read(tmp_path).cases
    assert fires == Case(name="slow", facts={"nic.adaptive_rx": False, "nic.rx_usecs": 21}, expect=Outcome.FIRES)
    assert unknown.facts == {"nic.adaptive_rx": False}
    assert (fixed.expect, fixed.after_fix) == (Outcome.CLEAR, True)


def test_facts_of_the_host_are_kept_apart(tmp_path):
    text = GOOD.replace("  - not nic.adaptive_rx\n", "  - not nic.adaptive_rx\n  - host.kernel.release != 'x'\n")
    text = text.replace("given: {", "given: {host.kernel.release: y, ")
    assert read(tmp_path, text).cases[0].host == {"kernel.release": "y"}


def test_without_holds_the_condition_must_no_longer_hold(tmp_path):
    rule = read(tmp_path, GOOD.replace("verify: {holds: nic.rx_usecs < 10}", "verify: {rerun: [network/*]}"))
    assert rule.verify.holds == "not (nic.rx_usecs > 20)"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("nic.rx_usecs > 20", "nic.rx_usec > 20", "11:7: `when`: no fact is called `nic.rx_usec` (did you mean"),
        ("nic.rx_usecs > 20", "1 < nic.adaptive_rx", "11:11: `when`: `nic.adaptive_rx` is yes/no"),
        ("nic.rx_usecs > 20", "nic.rx_usecs > open(1)", "11:22: `when`: a call cannot stand"),
        ("- not nic.adaptive_rx", "- not nic.rx_usecs", "10:9: `requires.0`: `nic.rx_usecs` is a number"),
        ("holds: nic.rx_usecs < 10", "holds: nic.rx < 10", "16:17: `verify.holds`: no fact"),
        ("evidence: [nic.rx_usecs]", "evidence: [nic.rx]", "12:12: no fact is called `nic.rx`"),
        ("for_each: nic", "for_each: nik", "8:11: no facts are about a `nik` (did you mean `nic`?)"),
        ("for_each: nic", "for_each: nic\nworkloads: [x]", "9:12: workloads limit rules with `for_each: result` only"),
        ("evidence: [", "check_first: ['a {nic}']\nevidence: [", "12:15: `{nic}` is not filled in here"),
        ("{subject} waits", "{nix} waits", "13:6: `{nix}` is neither a fact nor a kind"),
        ("waits {nic.rx_usecs}", "waits {nic.rx_usec}", "13:6: `{nic.rx_usec}`: no fact"),
        ("rx-usecs 8", "rx-usecs 8; reboot", "14:12: `reboot` is not to be pasted"),
        ("risk: more interrupts, ", "", "14:1: a `run` needs `lasts`, `risk` and a `rollback`"),
        ('run: "ethtool -C {nic} rx-usecs 8", ', "", "14:1: says neither what to `run` nor what to `persist`"),
        ("expect: clear", "expect: fires", "20:1: no case expects `clear`"),
        ("expect: after-fix", "expect: clear", "20:1: no case expects `after-fix`"),
        ("nic.rx_usecs: 20}", "nic.rx_usecs: '20'}", "22:40: `nic.rx_usecs` is int, not '20'"),
        ("nic.rx_usecs: 20}", "nic.share: 1}", "22:37: the rule does not read `nic.share`"),
        ("nic.rx_usecs: 20}", "nic.rx: 1}", "22:34: no fact is called `nic.rx`"),
        ("given: {nic", "given: {nic.rx: 1, nic", "19:17: no fact is called `nic.rx`"),
        ("id: nic-slow", "id: nic-fast", "1:5: `nic-fast` must be the file's name, `nic-slow`"),
        ("id: nic-slow", "id: Nic Slow", "1:5: `id`: "),
        ("severity: high", "severity: dire", "3:11: `severity`: "),
        ("severity: high", "severity: high\nsuppress: []", "4:1: unknown key `suppress` (did you mean `suppresses`?)"),
        (
            "severity: high",
            "severity: high\nsuppresses: [nic-]",
            "4:14: no rule is called `nic-` (did you mean `nic-slow`?)",
        ),
        ("checked: 2026-01-02, ", "", "18:5: `checked` is missing"),
        ("checked: 2026-01-02, ", "checked: lately, ", "18:63: `references.0.checked`: "),
        ("checked: 2026-01-02, ", "checked: 2026-01-02, basis: x, ", "18:75: unknown key `basis`"),
        ('url: "https://books.example/1", ', "", "18:5: `url` is missing"),
        ("https://books.example/1", "a shelf", "18:27: `references.0.url`: "),
        (
            "title: The NIC waits",
            'title: "{block.size} waits"',
            "2:8: `block.size` is about a block, and the rule about each nic",
        ),
        (
            "title: The NIC waits",
            'title: "It waits {nic.share}"',
            "2:8: `nic.share` can be unknown: neither `when` nor",
        ),
        ("waits {nic.rx_usecs}", "waits {nic.share}", "13:6: `nic.share` is not among the `evidence`"),
        ("evidence: [nic.rx_usecs]", "evidence: [block.size]", "12:12: `block.size` is about a block"),
        ("rx-usecs 8", "rx-usecs 8 tx-usecs 8", "15:17: `tx-usecs`, which `fix.run` changes, is not taken back"),
        ("rx-usecs 8", "rx-usecs 8; sysctl -w net.core.x=1", "15:17: `net.core.x`, which `fix.run` changes"),
        ("rx-usecs 8", "rx-usecs 8; echo 1 > /sys/a/b", "15:17: `/sys/a/b`, which `fix.run` changes"),
        ("rx-usecs 8", "rx-usecs 8; docker update --cpus=1 x", "15:17: `--cpus`, which `fix.run` changes"),
        ("rx-usecs 8", "rx-usecs 8; ip link set dev {nic} mtu 9000", "15:17: `mtu`, which `fix.run` changes"),
        ("rx-usecs 8", "rx-usecs 8; modprobe vhost", "15:17: `vhost`, which `fix.run` changes"),
        ("rx-usecs 8", "rx-usecs 8; cat /x > ~/x.saved", "15:17: `~/x.saved`, where `fix.run` saves, is not read"),
        ("ethtool -C {nic} rx-usecs 8", "grep . /sys/a > ~/x.saved", "14:12: `grep` without -H prints no file name"),
        ('rx-usecs {nic.rx_usecs}"}', 'rx-usecs 3"}', "15:17: goes back to a constant"),
        ("when: nic.rx_usecs > 20\n", "", "1:1: `when` is missing"),
    ],
)
def test_a_mistake_and_its_place(tmp_path, old, new, expected):
    found = mistakes(tmp_path, (old, new))
    assert any(problem.startswith(expected) for problem in found), found


@pytest.mark.parametrize(
    ("desired", "expected"),
    [
        ("{setting: nic.coalesc, of: x, to: {a: 1}}", "no setting is called `nic.coalesc` (did you"),
        ("{setting: nic.coalesce, of: x, to: {rx_usec: 1}}", "has no field `rx_usec` (did you mean `rx_usecs`?)"),
        ("{setting: nic.coalesce, of: x, to: {adaptive_rx: 1}}", "'1' is not on or off"),
        ("{setting: nic.coalesce, of: x, to: {rx_usecs: few}}", "'few' is not a whole number"),
        ("{setting: nic.coalesce, of: x, to: {rx_usecs: most(3)}}", "no policy is called most"),
        ("{setting: nic.coalesce, to: {rx_usecs: 1}}", "it belongs to a nic: say whose in `of`"),
        ("{setting: memory.ksm_run, of: x, to: {ksm_run: 1}}", "takes no `of`"),
        ('{setting: nic.coalesce, of: "{nix}", to: {rx_usecs: 1}}', "`{nix}` is neither a fact nor a kind"),
    ],
)
def test_a_fix_that_no_machine_could_take(tmp_path, desired, expected):
    (found,) = mistakes(tmp_path, ("fix: {", f"fix: {{set: [{desired}], "))
    assert expected in found


def test_a_setting_is_nothing_that_a_fix_moves(tmp_path):
    (found,) = mistakes(tmp_path, ("fix: {", "fix: {moves: [nic.rx_usecs], "))
    assert "`nic.rx_usecs` is not measured: the plan itself shows it" in found


def test_all_mistakes_of_all_files_at_once(tmp_path):
    one = written(tmp_path, GOOD.replace("when: nic.rx_usecs", "when: nic.rx").replace("[nic.rx_usecs]", "[nic.x]"))
    other = written(tmp_path, GOOD.replace("severity: high", "severity: dire"), "other")
    with pytest.raises(PackError) as caught:
        read_rules([one, other], CATALOGUE)
    assert [Path(problem.file).name for problem in caught.value.problems] == [*["nic-slow.yaml"] * 3, "other.yaml"]


def test_one_id_twice(tmp_path):
    (tmp_path / "own").mkdir()
    files = [written(tmp_path), written(tmp_path / "own")]
    with pytest.raises(PackError) as caught:
        read_rules(files, CATALOGUE)
    assert "`nic-slow` is also in" in str(caught.value)


@pytest.mark.parametrize("guard", ['kernel.release != "x"', "not nic.adaptive_rx"])
def test_a_guard_inside_the_condition_belongs_in_requires(tmp_path, guard) -> None:
    text = GOOD.replace("when: nic.rx_usecs > 20", f"when: nic.rx_usecs > 20 and {guard}")
    text = text.replace("given: {", "given: {kernel.release: y, ")
    with pytest.raises(PackError) as error:
        read(tmp_path, text)
    assert "neither measured nor mended: it belongs in `requires`" in str(error.value)


def test_a_second_thing_that_the_fix_mends_is_no_guard(tmp_path) -> None:
    text = GOOD.replace("when: nic.rx_usecs > 20", "when: nic.rx_usecs > 20 and not nic.adaptive_rx")
    text = text.replace("requires:\n  - not nic.adaptive_rx\n", "")
    mended = text.replace("holds: nic.rx_usecs < 10", "holds: nic.rx_usecs < 10 or nic.adaptive_rx")
    assert read(tmp_path, mended).requires == ()
