"""Every library that is imported is declared, and every declared one is imported."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WITHOUT_IMPORT = {
    "ansible-core": "ansible-runner runs its programs",
    "libvirt-python": "imported by name, when a domain is asked for",
    "psycopg": "SQLAlchemy imports it by the name of the driver in the URL",
    "virtme-ng": "its program vng is run",
}


def name_of(requirement: str) -> str:
    return re.split(r"[\[<>=~! ]", requirement)[0].lower().replace("_", "-").replace(".", "-")


def imported() -> set[str]:
    """Top-level modules that are neither ours nor the standard library's."""
    found: set[str] = set()
    for path in (ROOT / "perfadvisor").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"perfadvisor", "_typeshed"}  # known to type checkers alone


def distributions() -> set[str]:
    known = packages_distributions()
    # What is not installed here, such as libvirt's binding, is asked for by name.
    named = {"libvirt": ["libvirt-python"], "ruamel": ["ruamel-yaml"], "cpuinfo": ["py-cpuinfo"]}
    named |= known | {"pydantic_core": ["pydantic"]}  # which pins it to one version
    return {name_of(one) for module in imported() for one in named.get(module, [module])}


def declared() -> set[str]:
    extras = [each for packages in PROJECT["optional-dependencies"].values() for each in packages]
    return {name_of(each) for each in [*PROJECT["dependencies"], *extras]}


def test_what_is_imported_is_declared() -> None:
    assert distributions() - declared() == set()


def test_what_is_declared_is_imported() -> None:
    assert declared() - distributions() - set(WITHOUT_IMPORT) == set()


def test_the_plain_install_has_what_the_gate_and_the_history_need() -> None:
    plain = {name_of(each) for each in PROJECT["dependencies"]}
    assert {"junitparser", "prometheus-client", "sqlalchemy", "alembic"} <= plain


def test_lock_files_hold_the_declared_packages_with_their_hashes() -> None:
    for lock, wanted in (("run", PROJECT["dependencies"]), ("test", sorted(declared()))):
        text = (ROOT / "requirements" / f"{lock}.lock").read_text()
        entries = re.findall(r"^([a-z0-9-]+)==[^ ]+ \\\n    --hash=sha256:", text, re.MULTILINE)
        assert {name_of(each) for each in wanted} <= set(entries)
        assert len(entries) == len(re.findall("^[^#\\s]", text, re.MULTILINE)), "an entry without a hash"


def test_a_wheel_carries_what_is_looked_for_beside_the_package() -> None:
    from typing import get_args

    from perfadvisor.packs.locate import Kind

    built = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert built["force-include"] == {kind: f"perfadvisor/_packs/{kind}" for kind in get_args(Kind)}


def test_the_license_names_what_is_bundled() -> None:
    assert PROJECT["license"] == "Apache-2.0 AND MIT"
    assert "reports/plotly-cartesian.min.js" in (ROOT / "NOTICE").read_text()
    assert all((ROOT / name).is_file() for name in PROJECT["license-files"])
    assert "reports/plotly-cartesian.LICENSE" in PROJECT["license-files"]
