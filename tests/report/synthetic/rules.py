"""A rule and a finding about anything."""

from perfadvisor.model.rule import Finding, Fix, Outcome, Rule, Severity, Verify


def rule(rule_id: str, title: str, severity: Severity = Severity.MEDIUM, **changes) -> Rule:
    values = {
        "maturity": "stable",
        "step": "",
        "requires": (),
        "for_each": "",
        "workloads": (),
        "when": "",
        "evidence": (),
        "why": "",
        "fix": Fix(),
        "rollback": "",
        "verify": Verify(),
        "references": (),
        "threshold": "",
        "goals": (),
        "check_first": (),
        "suppresses": (),
        "cases": (),
    }
    return Rule(id=rule_id, title=title, severity=severity, **{**values, **changes})


def finding(which: Rule, subject: str = "", outcome: Outcome = Outcome.FIRES, **changes) -> Finding:
    return Finding(
        rule=which, environment=changes.pop("environment", "local"), subject=subject, outcome=outcome, **changes
    )
