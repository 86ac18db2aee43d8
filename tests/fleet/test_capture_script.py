"""The script that reads a host: it reads what the live capture reads here, and hostile answers are bounded."""

import base64
import gzip
import re
import subprocess

import pytest

from perfadvisor.errors import InputError
from perfadvisor.facts import catalogue
from perfadvisor.fleet.capture_script import MOST_BYTES, capture_script, snapshot_of_answer
from perfadvisor.model.fact import Fact, Nature
from perfadvisor.targets.here.local import LocalTarget


@pytest.fixture(scope="module")
def answer() -> tuple[str, str]:
    script = capture_script()
    done = subprocess.run(["sh", "-c", script.text], capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, script.mark


def test_it_reads_what_the_live_capture_reads(answer) -> None:
    snapshot = snapshot_of_answer(*answer, "web1")
    assert snapshot.environment == "web1" and snapshot.taken > 1.7e9
    own = catalogue.read(LocalTarget().tree(catalogue.PATTERNS))
    far = catalogue.read(snapshot.tree)
    wanted = {
        (fact.name, fact.subject): fact.value
        for fact in own
        if isinstance(fact, Fact)
        and fact.nature is not Nature.MEASURED
        and fact.name.startswith(("cpu.", "memory.", "sysctl."))
    }
    assert len(wanted) > 30
    same = [key for key, value in wanted.items() if far.value(*key) == value]
    assert len(same) >= 0.95 * len(wanted), sorted(wanted.keys() - set(same))


@pytest.mark.parametrize("greeting", ["Welcome to web1\n\n", "rm: cannot remove '/tmp/x': No such file\n"])
def test_what_a_shell_prints_before_the_answer_is_skipped(answer, greeting: str) -> None:
    printed, mark = answer
    with_it, without = (snapshot_of_answer(text, mark, "web1").tree for text in (greeting + printed, printed))
    assert dict(with_it.items()) == dict(without.items())


def test_the_mark_is_another_one_each_time_and_stands_in_the_script() -> None:
    one, other = capture_script(), capture_script()
    assert one.mark != other.mark and one.mark in one.text
    assert not re.search(r"@[A-Z]+@", one.text)


def packed(data: bytes) -> str:
    return "packed\n" + base64.encodebytes(gzip.compress(data, mtime=0)).decode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not one of the script"),
        ("Last login: today\n", "not one of the script"),
        ("packed\nnot base64!", "damaged"),
        ("packed\n" + base64.b64encode(b"not gzip").decode(), "damaged"),
        (packed(b"1\nsome text")[:-12], "cut off|damaged"),
        (packed(bytes(MOST_BYTES + 1)), "larger than 64 MiB"),
    ],
)
def test_an_answer_that_is_not_one_is_an_error(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        snapshot_of_answer(text, "=mark=", "h")


def test_only_sources_that_were_asked_for_are_taken() -> None:
    asked = b"123\nF\t/etc/shadow\n=TEXT=\n/etc/shadow:root:x\n"
    data = asked + b"=mark= 0 \n=mark= 0 $ \n=mark= x $ tc\n=mark= 0 rm -rf\nout\n"
    snapshot = snapshot_of_answer(packed(data), "=mark=", "h")
    assert [source for source, _ in snapshot.tree.items() if not source.startswith("/")] == []
    assert snapshot.taken == 123.0
