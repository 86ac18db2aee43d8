"""The points that no other beats."""

from perfadvisor.analyse.curves.frontier import Choice, frontier


def choices(*rows: tuple[int, float, float | None, float | None]) -> list[Choice]:
    return [Choice(value=value, throughput=rate, latency=wait, cpu=cpu) for value, rate, wait, cpu in rows]


def test_more_latency_that_buys_nothing_is_off_it() -> None:
    depths = choices(
        (1, 10, 100, None), (2, 19, 105, None), (4, 30, 133, None), (8, 30.1, 266, None), (16, 29.9, 535, None)
    )
    assert frontier(depths) == (1, 2, 4)


def test_cpu_time_is_a_reason_of_its_own() -> None:
    assert frontier(choices((1, 10, 100, 5.0), (2, 10, 100, 4.0), (3, 11, 90, 9.0))) == (2, 3)


def test_what_is_not_known_of_all_does_not_count() -> None:
    assert frontier(choices((1, 10, 100, 5.0), (2, 20, None, 5.0))) == (2,)
    assert frontier(choices((1, 10, None, None), (2, 20, None, None))) == ()
    assert frontier([]) == ()


def test_a_fiftieth_is_not_better() -> None:
    assert frontier(choices((1, 100, 100, None), (2, 101, 101, None))) == (1, 2)
