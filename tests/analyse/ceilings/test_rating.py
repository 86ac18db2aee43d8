"""A data sheet's figures, as typed."""

import pytest

from perfadvisor.analyse.ceilings.rating import read
from perfadvisor.errors import InputError


def test_thousands_are_decimal() -> None:
    assert read("read=7g,write_iops=900k") == {"read_bytes_per_s": 7e9, "write_iops": 9e5}
    assert read("") == {}


@pytest.mark.parametrize("text", ["read", "read=", "read=x", "reads=1g", "read=0", "read=1t", "read=-1"])
def test_what_is_no_figure_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--rating"):
        read(text)
