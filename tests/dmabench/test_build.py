"""Compiling on first use: once, safely, and with a clear word where it cannot be done."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.targets.here import dmabench_build as build


@pytest.fixture
def path(tmp_path, monkeypatch):
    """An empty directory that alone is the PATH, to put tools of one's own into."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr("perfadvisor.targets.here.process.ADMIN_PATHS", ())
    return folder


def script(file: Path, text: str) -> None:
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


def compiler_that(path: Path, monkeypatch, text: str) -> None:
    """A `cc` that runs `text`, in which $REAL is the true one."""
    script(path / "cc", f'REAL="/usr/bin/env PATH={os.defpath} cc"\n{text}')


def test_built_once_and_kept(tmp_path):
    cache = tmp_path / "a" / "b"
    first = build.program(cache)
    made = first.stat().st_mtime_ns
    assert build.program(cache) == first
    assert first.stat().st_mtime_ns == made
    assert list(cache.iterdir()) == [first], "nothing else is left in the cache"
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700, "the user's own"
    assert subprocess.run([first, "--version"], capture_output=True, text=True, check=True).stdout == "dmabench 1\n"


def test_it_runs_where_nothing_is_installed(program):
    """Static: the same file serves containers and guests."""
    said = subprocess.run(["readelf", "-d", program], capture_output=True, text=True, check=True).stdout
    assert "no dynamic section" in said.lower()


@pytest.mark.slow
@pytest.mark.parametrize("optimised", ["-O0", "-O2", "-O3"])
def test_no_warning_at_all(tmp_path, optimised):
    strict = ("-Werror", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wstrict-prototypes", "-Wvla", "-Wundef")
    done = build.compile_to(build.find_compiler(), tmp_path / "x", (*build.FLAGS, *strict, optimised))
    assert done.stderr.decode() == ""
    assert done.returncode == 0


@pytest.mark.slow
def test_two_at_once_both_get_it(tmp_path):
    imports = "import sys; from pathlib import Path; from perfadvisor.targets.here.dmabench_build import program"
    code = f"{imports}; print(program(Path(sys.argv[1])))"
    both = [subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE, text=True) for _ in "ab"]
    paths = {process.communicate(timeout=120)[0] for process in both}
    assert [process.returncode for process in both] == [0, 0]
    assert paths == {f"{file}\n" for file in tmp_path.iterdir()}


def test_without_a_compiler(tmp_path, path):
    with pytest.raises(MeasureError, match="there is no C compiler") as caught:
        build.program(tmp_path / "cache")
    assert caught.value.hint == "on Debian and Ubuntu: apt install gcc libc6-dev"


def test_without_a_compiler_what_was_built_still_serves(tmp_path, path, program):
    cache = tmp_path / "cache"
    shutil.copytree(program.parent, cache)
    assert build.program(cache).name == program.name


@pytest.mark.slow
def test_another_compiler_builds_anew(tmp_path, path, monkeypatch, program):
    compiler_that(path, monkeypatch, 'exec $REAL "$@"')
    cache = tmp_path / "cache"
    shutil.copytree(program.parent, cache)
    assert build.program(cache).name != program.name
    assert len(list(cache.iterdir())) == 2


@pytest.mark.slow
def test_without_a_static_library_it_is_dynamic(tmp_path, path, monkeypatch):
    compiler_that(path, monkeypatch, 'for word; do [ "$word" = -static ] && exit 1; done\nexec $REAL "$@"')
    made = build.program(tmp_path / "cache")
    assert b"libc.so.6" in made.read_bytes()


def test_a_compiler_without_headers(tmp_path, path, monkeypatch):
    complaint = "bandwidth.c:1:10: fatal error: stdio.h: No such file or directory"
    compiler_that(path, monkeypatch, f"echo '{complaint}' >&2; exit 1")
    with pytest.raises(MeasureError, match=r"stdio\.h: No such file") as caught:
        build.program(tmp_path / "cache")
    assert "libc6-dev" in caught.value.hint
    assert list((tmp_path / "cache").iterdir()) == [], "what failed leaves nothing"


def test_a_program_that_does_not_start(tmp_path, path, monkeypatch):
    compiler_that(path, monkeypatch, 'while [ "$1" != -o ]; do shift; done\nprintf "" > "$2"')
    with pytest.raises(MeasureError, match="does not start") as caught:
        build.program(tmp_path / "cache")
    assert "XDG_CACHE_HOME" in caught.value.hint


def test_no_place_to_keep_it(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(MeasureError, match="cannot be kept in"):
        build.program(tmp_path / "file" / "cache")


@pytest.mark.parametrize(
    ("given", "expected"),
    [("/x/y", "/x/y/perfadvisor"), ("relative", "/h/.cache/perfadvisor"), ("", "/h/.cache/perfadvisor")],
)
def test_cache_folder(monkeypatch, given, expected):
    monkeypatch.setenv("XDG_CACHE_HOME", given)
    monkeypatch.setenv("HOME", "/h")
    assert build.cache_folder() == Path(expected)


def test_a_program_that_others_could_have_put_there_is_not_run(monkeypatch, tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    monkeypatch.setenv("XDG_CACHE_HOME", str(shared))
    monkeypatch.setattr(build.tempfile, "gettempdir", lambda: str(tmp_path))
    assert build.program().is_relative_to(tmp_path / f"perfadvisor-{os.geteuid()}" / "cache")
    monkeypatch.setattr(build.tempfile, "gettempdir", lambda: str(shared))
    with pytest.raises(MeasureError, match="cannot be kept in"):
        build.program()
