"""What a command raised becomes one line, and what is kept of it holds no secret."""

from pathlib import Path

from perfadvisor.cli.guard import exit_code_of


def raising(error: BaseException):
    def call() -> object:
        raise error

    return call


def test_no_memory_is_no_bug(capsys) -> None:
    assert exit_code_of(raising(MemoryError())) == 2
    said = capsys.readouterr().err
    assert said.startswith("perfadvisor: out of memory\n")
    assert "bug" not in said


def test_the_log_of_a_bug_is_private_and_without_secrets(capsys, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["perfadvisor", "history", "list", "--db", "postgresql://joe:geh31m@host/db"])
    assert exit_code_of(raising(RuntimeError("password=geh31m"))) == 4
    (log,) = (tmp_path / "perfadvisor").iterdir()
    text = log.read_text()
    assert "geh31m" not in text and "RuntimeError" in text and "postgresql://joe:hidden@host/db" in text
    assert log.stat().st_mode & 0o777 == 0o600
