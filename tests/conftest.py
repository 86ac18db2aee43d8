"""What every test may ask for: the folder of real machines' inputs, where it is present."""

import os
import signal
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / "shared" / "data"


def pytest_configure() -> None:
    """Ctrl-C reaches what the tests start also in the background of a shell, which ignores it for its jobs there."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Inputs of real machines that the project may read but not hold; the test is skipped where they are absent."""
    if not (SHARED / "machines").is_dir():
        pytest.skip("the inputs of real machines (shared/data beside the checkout) are not here")
    return SHARED


@pytest.fixture(scope="session")
def data() -> Path:
    """Inputs this project captured itself."""
    return REPOSITORY / "tests" / "data"


@pytest.fixture(autouse=True, scope="session")
def _own_caches(tmp_path_factory: pytest.TempPathFactory):
    """Compiled rules, the built dmabench and bug logs of tests stay out of the user's own folders; a history that an
    earlier session left is not met again."""
    kept, own = tmp_path_factory.getbasetemp().parent / "perfadvisor-test", tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(kept / name.lower()))
        patch.setenv("XDG_DATA_HOME", str(own))
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """Where CI is set nothing is skipped but what reads inputs of real machines: a missing tool is a failure of the
    set-up, not a reason to look away."""
    report = yield
    skipped = report.skipped and not hasattr(report, "wasxfail")
    if skipped and os.environ.get("CI") and item.get_closest_marker("shared") is None:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"skipped in CI: {reason}"
    return report
