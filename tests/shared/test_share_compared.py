"""At least nine tenths of what the independent readings say is compared with ours; the rest is listed with reasons."""

import pytest

pytestmark = pytest.mark.shared


def test_nine_tenths_of_the_leaves_are_compared(shared_data, uncompared, capsys):
    compared, reasons = uncompared
    total = compared + reasons.total()
    with capsys.disabled():
        print(f"\n{compared} of {total} leaves of the expectations of real machines are compared; not compared:")
        for reason, count in reasons.most_common():
            print(f"  {count:5d}  {reason}")
    if not total:
        pytest.skip("no module with expectations was collected in this run")
    assert compared >= 0.9 * total
