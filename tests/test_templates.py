"""What CI systems are given: the action's and the template's own script lines, run as those systems would."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.slow
BENCH = """\
import os, pathlib, random
factor = float(pathlib.Path("factor").read_text())
rows = pathlib.Path(os.environ["PERFADVISOR_CSV"])
rows.write_text(f"workload,metric,unit,better,value\\nsort,time,s,lower,{factor * random.gauss(1, 0.003)!r}\\n")
"""


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path):
    """Makes a repository whose second commit is slower by a factor; its path and the first commit."""

    def make(factor: float) -> tuple[Path, str]:
        folder = tmp_path / "project"
        folder.mkdir()
        (folder / "bench.py").write_text(BENCH)
        (folder / "factor").write_text("1.0")
        git(folder, "init", "-q", "-b", "main", ".")
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", "good")
        (folder / "factor").write_text(str(factor))
        git(folder, "commit", "-q", "--allow-empty", "-a", "-m", "new")
        return folder, git(folder, "rev-parse", "HEAD~1")

    return make


def yaml(name: str):
    return YAML(typ="safe").load((ROOT / name).read_text())


def bash(script: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """As GitHub runs a step with `shell: bash`."""
    everything = {**os.environ, **environment}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env=everything,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(("factor", "code", "said"), [(1.3, 1, "❌ Regression in sort"), (1.0, 0, "✅ No difference")])
def test_the_action_gates_a_change(repository, tmp_path, factor, code, said) -> None:
    folder, base = repository(factor)
    inputs = {name: str(one.get("default", "")) for name, one in yaml("action.yml")["inputs"].items()}
    inputs |= {"command": "python3 bench.py", "base": base}
    (step,) = [one for one in yaml("action.yml")["runs"]["steps"] if one.get("id") == "gate"]
    fixed = {
        "HERE": str(ROOT),
        "PERFADVISOR": str(Path(sys.executable).parent / "perfadvisor"),
        "OUT": str(tmp_path / "gate"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }
    asked = {name: inputs[name.lower()] for name in step["env"] if name.lower() in inputs}
    assert set(step["env"]) == {*asked, "HERE", "PERFADVISOR", "OUT"}
    done = bash(step["run"], folder, asked | fixed)
    assert done.returncode == code, done.stdout + done.stderr
    assert (tmp_path / "output").read_text() == f"exit-code={code}\n"
    summary = (tmp_path / "summary").read_text()
    assert said in summary
    assert f"`{base[:7]}` → `{git(folder, 'rev-parse', 'HEAD')[:7]}`" in summary
    assert git(folder, "worktree", "list").count("\n") == 0
    (keep,) = [one for one in yaml("action.yml")["runs"]["steps"] if "upload-artifact" in one.get("uses", "")]
    assert keep["if"] == "always()" and keep["with"]["path"].endswith("/perfadvisor-gate")
    assert {each.name for each in (tmp_path / "gate").iterdir()} == {"gate.md", "gate.xml", "gate.json", "gate.prom"}


def test_undecided_is_a_warning_of_the_action(repository, tmp_path) -> None:
    folder, base = repository(1.0)
    (folder / "bench.py").write_text(BENCH.replace("0.003", "0.3"))
    (step,) = [one for one in yaml("action.yml")["runs"]["steps"] if one.get("id") == "gate"]
    done = bash(
        step["run"],
        folder,
        {
            "COMMAND": "python3 bench.py",
            "PREPARE": "",
            "BASE": base,
            "PAIRS": "5",
            "BUDGET": "1m",
            "POLICY": "",
            "HERE": str(ROOT),
            "PERFADVISOR": str(Path(sys.executable).parent / "perfadvisor"),
            "OUT": str(tmp_path / "o"),
            "GITHUB_OUTPUT": str(tmp_path / "output"),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        },
    )
    assert done.returncode == 0
    assert "::warning title=perfadvisor::" in done.stdout
    assert (tmp_path / "output").read_text() == "exit-code=3\n"


def test_the_gitlab_job_gates_a_merge_request(repository, tmp_path) -> None:
    folder, base = repository(1.3)
    job = yaml("templates/perfadvisor.gitlab-ci.yml")["perfadvisor-gate"]
    assert job["allow_failure"] == {"exit_codes": [3]}
    here = folder / ".perfadvisor"
    shutil.copytree(ROOT / "templates", here / "templates")
    (here / ".venv" / "bin").mkdir(parents=True)
    (here / ".venv" / "bin" / "perfadvisor").symlink_to(Path(sys.executable).parent / "perfadvisor")
    variables = {name: str(value) for name, value in job["variables"].items()}
    done = bash(
        "\n".join(job["script"]),
        folder,
        variables
        | {
            "COMMAND": "python3 bench.py",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
        },
    )
    assert done.returncode == 1, done.stdout + done.stderr
    for path in (*job["artifacts"]["reports"].values(), *job["artifacts"]["paths"]):
        assert (folder / path).exists(), path


def test_prepare_runs_in_both_checkouts_and_its_failure_stops(repository) -> None:
    folder, base = repository(1.3)
    (folder / "factor").unlink()
    git(folder, "commit", "-q", "-a", "-m", "made by a build")
    environment = {
        "COMMAND": "python3 bench.py",
        "BASE": base,
        "OUT": "out",
        "PAIRS": "5",
        "PERFADVISOR": str(Path(sys.executable).parent / "perfadvisor"),
    }
    script = f"{ROOT}/templates/gate-commits"
    built = bash(script, folder, environment | {"PREPARE": "test -e factor || echo 2.0 > factor"})
    assert built.returncode == 1, built.stdout + built.stderr
    assert bash(script, folder, environment | {"PREPARE": "exit 7"}).returncode == 7
    assert "BASE" in bash(script, folder, {**environment, "BASE": ""}).stderr
