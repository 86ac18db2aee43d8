"""Parameters of tools: types, choices, bounds, placeholders and the nearest name."""

import pytest

from perfadvisor.tools.parameters import Parameter, complaints

KNOWN = {
    "iodepth": Parameter(type=int, meaning="requests in flight", low=1, high=1024),
    "engine": Parameter(type=str, meaning="how", choices=("libaio", "io_uring"), known_as=("ioengine",)),
    "direct": Parameter(type=bool, meaning="O_DIRECT"),
    "rate": Parameter(type=float, meaning="share"),
    "memory_node": Parameter(type=int, meaning="node", per_node=True),
}


@pytest.mark.parametrize(
    "good",
    [{"iodepth": 1}, {"direct": True}, {"rate": 1}, {"rate": 0.5}, {"memory_node": "{node}"}, {"engine": "libaio"}],
)
def test_good_values_pass(good):
    assert list(complaints(KNOWN, good)) == []


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"iodepth": 0}, "between 1 and 1024"),
        ({"iodepth": True}, "a whole number"),
        ({"iodepth": "{node}"}, "a whole number"),
        ({"direct": 1}, "true or false"),
        ({"engine": "aio"}, "one of libaio, io_uring"),
        ({"memory_node": "{other}"}, "a whole number"),
        ({"iodept": 1}, "unknown parameter `iodept` (did you mean `iodepth`?)"),
        ({"ioengine": "libaio"}, "unknown parameter `ioengine`; it is called `engine` here: how"),
        ({"ramp_time": 5}, "the warm-up is `warmup_s`, beside `parameters`"),
        ({"zzz": 1}, "known are iodepth, engine"),
    ],
)
def test_bad_values_are_named(bad, said):
    [(name, complaint)] = complaints(KNOWN, bad)
    assert name in bad and said in complaint
