"""What every test may ask for: the folder of real machines' inputs, where it is present."""

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / "shared" / "data"


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
