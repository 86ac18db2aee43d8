"""Which modules are mutated, and which tests have to notice.

The table of magic numbers (raw/magics.py) is not among them: it gives names to what is refused in any case.
"""

XML = ("tests/facts/reading/test_xmltext.py", "tests/facts/guest/test_libvirt.py")
JOURNAL = (
    "tests/targets/changing/test_journal_lines.py",
    "tests/targets/changing/test_journal.py",
    "tests/bundle/test_durable.py",
)
RULES = ("tests/analyse/rules",)
GATE = ("tests/analyse/gate", "tests/gating")

SUBJECTS: dict[str, tuple[str, ...]] = {
    "perfadvisor/targets/raw/content.py": (
        "tests/targets/raw/test_content.py", "tests/targets/raw/test_ledger.py",
    ),
    "perfadvisor/targets/raw/device.py": ("tests/targets/raw/test_device.py", "tests/targets/raw/test_guard.py"),
    "perfadvisor/targets/raw/guard.py": ("tests/targets/raw/test_guard.py",),
    "perfadvisor/targets/raw/ledger.py": ("tests/targets/raw/test_ledger.py",),
    "perfadvisor/targets/raw/probes.py": ("tests/targets/raw/test_probes.py",),
    "perfadvisor/targets/raw/users.py": ("tests/targets/raw/test_users.py",),
    "perfadvisor/targets/here/private.py": ("tests/targets/here/test_private.py",),
    "perfadvisor/targets/changing/journal.py": JOURNAL,
    "perfadvisor/targets/changing/undo.py": (
        "tests/targets/changing/test_undo.py", *JOURNAL, "tests/targets/changing/test_huge_pages.py",
        "tests/targets/changing/test_attribute.py",
    ),
    "perfadvisor/targets/here/redaction.py": (
        "tests/targets/here/test_redaction.py", "tests/targets/here/test_secrets.py",
    ),
    "perfadvisor/targets/here/secrets.py": ("tests/targets/here/test_secrets.py",),
    "perfadvisor/whole.py": ("tests/test_whole.py",),
    "perfadvisor/runner/orders.py": ("tests/runner/test_orders.py",),
    "perfadvisor/facts/reading/xmltext.py": XML,
    "perfadvisor/facts/reading/cpulist.py": ("tests/facts/reading/test_cpulist.py",),
    "perfadvisor/analyse/rules/conditions.py": RULES,
    "perfadvisor/analyse/rules/expression.py": RULES,
    "perfadvisor/analyse/gate/gate.py": GATE,
    "perfadvisor/analyse/gate/compare.py": GATE,
    "perfadvisor/analyse/gate/margins.py": GATE,
    "perfadvisor/analyse/gate/sides.py": GATE,
}  # fmt: skip
