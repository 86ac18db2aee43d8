"""A rule file that is good, and the facts it knows."""

from pathlib import Path

from perfadvisor.model.fact import FactSpec, Nature

CATALOGUE = {
    spec.name: spec
    for spec in (
        FactSpec(name="nic.rx_usecs", type=int, subject="nic", nature=Nature.SETTING, meaning=""),
        FactSpec(name="nic.adaptive_rx", type=bool, subject="nic", nature=Nature.SETTING, meaning=""),
        FactSpec(name="block.size", type=int, subject="block", meaning="", nature=Nature.IDENTITY),
        FactSpec(name="nic.share", type=float, subject="nic", nature=Nature.SETTING, meaning=""),
        FactSpec(name="kernel.release", type=str, nature=Nature.SETTING, meaning=""),
    )
}

GOOD = """\
id: nic-slow
title: The NIC waits
severity: high
maturity: stable
step: stack
goals: [latency]
threshold: judgement
for_each: nic
requires:
  - not nic.adaptive_rx
when: nic.rx_usecs > 20
evidence: [nic.rx_usecs]
why: "{subject} waits {nic.rx_usecs}"
fix: {run: "ethtool -C {nic} rx-usecs 8", lasts: until-reboot, risk: more interrupts, needs: [root]}
rollback: {run: "ethtool -C {nic} rx-usecs {nic.rx_usecs}"}
verify: {holds: nic.rx_usecs < 10}
references:
  - {source: a book, url: "https://books.example/1", checked: 2026-01-02, kernel: ">= 5.10"}
given: {nic.adaptive_rx: false, nic.rx_usecs: 21}
cases:
  - {name: slow, facts: {}, expect: fires}
  - {name: fast, facts: {nic.rx_usecs: 20}, expect: clear}
  - {name: silent, facts: {nic.rx_usecs: ~}, expect: unknown}
  - {name: fixed, facts: {nic.rx_usecs: 8}, expect: after-fix}
"""


def written(tmp_path: Path, text: str = GOOD, name: str = "nic-slow") -> Path:
    file = tmp_path / f"{name}.yaml"
    file.write_text(text)
    return file
