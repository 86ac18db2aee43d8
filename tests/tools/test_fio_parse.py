"""fio's output as samples, on files written here."""

import json

import pytest

from perfadvisor.model.units import Unit
from perfadvisor.tools.fio import parse
from perfadvisor.tools.fio_configurations import configurations
from perfadvisor.tools.fio_text import recognise, take_apart


@pytest.fixture
def fio_file(data):
    return lambda name: (data / "fio" / name).read_bytes()


def values(output):
    return {sample.metric: sample.value for sample in output.samples}


def test_a_trial_of_ours(fio_file):
    output = parse(fio_file("randread-qd32.json"))
    assert output.error == ""
    by_name = {sample.metric: sample for sample in output.samples}
    assert by_name["read.iops"].value == 38487.512488 and by_name["read.iops"].unit is Unit.IOPS
    assert by_name["read.iops"].better == "higher" and by_name["read.clat_p99"].better == "lower"
    assert by_name["read.clat_p999"].value == 6848512.0 and by_name["read.clat_p999"].unit is Unit.NANOSECONDS
    assert "write.iops" not in by_name
    expected = {
        "fio_version": "fio-3.33",
        "iodepth": 32,
        "numjobs": 1,
        "block_size_bytes": 4096,
        "engine": "io_uring",
        "direct": True,
        "rw": "randread",
        "read_io_bytes": 157933568,
        "write_io_bytes": 0,
        "total_ios": 38526,
        "runtime_ms": 1001.0,
        "job_count": 1,
        "depth_reached_share": 1.0,
    }
    assert {name: output.details[name] for name in expected} == expected
    assert output.details["max_thread_cpu_share"] == pytest.approx(0.36)


def test_the_histogram_counts_every_io_and_agrees_with_the_percentiles(fio_file):
    output = parse(fio_file("randread-qd32.json"))
    [histogram] = output.histograms
    # Those in flight when the ramp time ended are in the distribution, but not in the count.
    assert 0 <= sum(histogram.counts) - output.details["total_ios"] < 32
    assert list(histogram.edges_ns) == sorted(histogram.edges_ns)
    seen, median = 0, None
    for edge, count in zip(histogram.edges_ns, histogram.counts, strict=True):
        seen += count
        if seen >= sum(histogram.counts) / 2:
            median = edge
            break
    assert median == pytest.approx(values(output)["read.clat_p50"], rel=0.02)


def test_a_trial_of_ours_is_judged_by_total_latency(fio_file):
    # An I/O that completes within the call that submits it is counted in slat: clat of depth 1 means little.
    output = parse(fio_file("randread-qd1-total.json"))
    found = values(output)
    assert found["read.lat_p50"] == 95744.0 and found["read.lat_p9999"] == 6127616.0
    assert "read.clat_p50" not in found and found["read.clat_mean"] < found["read.lat_mean"]
    assert [histogram.metric for histogram in output.histograms] == ["read.lat"]
    assert "percentiles_of" not in output.details


def test_both_latencies_are_kept_where_both_are_given(fio_file):
    output = parse(fio_file("randread-qd1-both.json"))
    found = values(output)
    assert (found["read.lat_p50"], found["read.clat_p50"]) == (86528.0, 52480.0)
    assert [histogram.metric for histogram in output.histograms] == ["read.lat"]  # one distribution a direction


def test_completion_latency_alone_keeps_its_name(fio_file):
    output = parse(fio_file("randread-qd32.json"))
    assert [histogram.metric for histogram in output.histograms] == ["read.clat"]
    assert not any("lat_p" in name and "clat" not in name for name in values(output))


def test_percentiles_without_bins_are_the_worst_job_s():
    job = {
        "jobname": "a",
        "read": {
            "iops": 1.0,
            "io_bytes": 1,
            "total_ios": 3,
            "clat_ns": {"mean": 1.0, "N": 3},
            "lat_ns": {"mean": 5.0, "N": 3, "percentile": {"50.000000": 7}},
        },
    }
    output = parse(json.dumps({"fio version": "fio-3.33", "jobs": [job, job]}).encode())
    assert output.details["percentiles_of"] == "worst job" and values(output)["read.lat_p50"] == 7.0


def test_both_directions_of_a_mixture(fio_file):
    found = values(parse(fio_file("randrw-70-30.json")))
    assert found["read.iops"] / (found["read.iops"] + found["write.iops"]) == pytest.approx(0.7, abs=0.01)


def test_jobs_are_added_and_their_distributions_merged(fio_file):
    data = fio_file("two-jobs.json")
    jobs = json.loads(data)["jobs"]
    output = parse(data)
    assert values(output)["read.iops"] == pytest.approx(sum(job["read"]["iops"] for job in jobs))
    assert output.details["job_count"] == 2 and "percentiles_of" not in output.details
    low, high = sorted(job["read"]["clat_ns"]["percentile"]["99.000000"] for job in jobs)
    assert low <= values(output)["read.clat_p99"] <= high
    assert output.details["max_thread_cpu_share"] == pytest.approx(
        max(job["usr_cpu"] + job["sys_cpu"] for job in jobs) / 100
    )


def test_notes_before_the_json_and_a_group(fio_file):
    output = parse(fio_file("psync-group-notes.json"))
    assert output.error == "" and output.details["numjobs"] == 2
    assert output.details["depth_reached_share"] == 0.0  # psync never has 8 in flight
    assert "max_thread_cpu_share" not in output.details  # a group hides its busiest thread


def test_the_last_document_counts(fio_file):
    data = fio_file("status-interval.json")
    output = parse(data)
    assert output.details["runtime_ms"] == 2002.0
    assert parse(data[: data.rindex(b'{\n  "fio version"')]).details["runtime_ms"] < 2000.0


def test_syncs_have_latencies_of_their_own(fio_file):
    found = values(parse(fio_file("fdatasync.json")))
    assert found["sync.lat_p99"] > 0 and found["sync.lat_mean"] > 0 and "sync.iops" not in found


def test_request_and_response(fio_file):
    output = parse(fio_file("net-pingpong.json"))
    assert output.details["engine"] == "net" and "direct" not in output.details
    found = values(output)
    assert found["round_trip.clat_p50"] == 115200.0  # the latency of a write that waits for its answer
    assert not any(metric.startswith("write.") for metric in found)


def test_an_interrupted_run_keeps_its_numbers_and_says_so(fio_file):
    output = parse(fio_file("interrupted.json"), returncode=128)
    assert output.error == "" and output.details["interrupted"] is True and output.samples


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no-file.json", "error 2 (No such file or directory); fio: pid="),
        ("no-huge-pages.json", "error 12 (Cannot allocate memory); fio: pid="),
        ("unknown-option.txt", "fio: unrecognized option '--bogus=1'"),
        ("terse.txt", "terse format; give --output-format=json"),
    ],
)
def test_failures_are_one_clear_line(fio_file, name, said):
    output = parse(fio_file(name), returncode=1)
    assert said in output.error and output.samples == () and "\n" not in output.error
    assert recognise(fio_file(name))


@pytest.mark.parametrize(
    ("stdout", "stderr", "returncode", "said"),
    [
        (b"", b"", 137, "fio printed nothing and ended with 137"),
        (b"", b"sh: fio: not found\n", 127, "sh: fio: not found"),
        (b'{"fio version": "fio-3.33", "jobs": []}', b"", 0, "fio ran no job"),
        (b'{"fio version": "fio-3.33", "jobs": [{"jobname": "a", "error": 0, "read": {}}]}', b"", 0, "fio did no I/O"),
        (b'{"fio version": "fio-3.33", "jobs": [{"jobname": "a", "error": 38}]}', b"", 1, "error 38 (Function not"),
    ],
)
def test_nothing_measured_is_an_error(stdout, stderr, returncode, said):
    output = parse(stdout, stderr, returncode)
    assert said in output.error and output.samples == ()


def test_a_bad_exit_is_an_error_although_numbers_are_there(fio_file):
    assert parse(fio_file("randread-qd32.json"), b"", 1).error == "fio ended with 1"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_truncated_output_is_said_to_be(fio_file, share):
    data = fio_file("randread-qd32.json")
    assert "incomplete" in parse(data[: int(len(data) * share)]).error


def test_fio_2_spoke_in_microseconds_and_kib():
    old = {
        "fio version": "fio-2.16",
        "jobs": [
            {
                "jobname": "a",
                "job options": {"rw": "read", "bs": "64k"},
                "read": {
                    "io_bytes": 1024,
                    "bw": 1024,
                    "iops": 16.0,
                    "runtime": 1000,
                    "total_ios": 16,
                    "clat": {"mean": 5.5, "percentile": {"99.000000": 7, "0.00": 0}},
                },
            }
        ],
    }
    output = parse(json.dumps(old).encode())
    found = values(output)
    assert found["read.bytes_per_s"] == 2**20 and output.details["read_io_bytes"] == 2**20
    assert found["read.clat_mean"] == 5500.0 and found["read.clat_p99"] == 7000.0


def test_the_sum_of_all_clients_is_not_counted_again():
    one = {"jobname": "a", "read": {"io_bytes": 1, "iops": 5.0, "total_ios": 5}}
    both = {"fio version": "fio-3.33", "client_stats": [one, one, {**one, "jobname": "All clients"}]}
    assert values(parse(json.dumps(both).encode()))["read.iops"] == 10.0


def test_depth_is_never_more_than_all():
    job = {
        "jobname": "a",
        "job options": {"rw": "read"},
        "iodepth_level": {"1": 210.0},
        "read": {"iops": 1.0, "io_bytes": 1, "total_ios": 3},
    }
    output = parse(json.dumps({"fio version": "fio-3.33", "jobs": [job]}).encode())
    assert output.details["depth_reached_share"] == 1.0


@pytest.mark.parametrize(("asked", "share"), [("1", 1.0), ("31", 0.3), ("32", 0.1), ("64", 0.0), ("100", 0.0)])
def test_depth_buckets_are_powers_of_two(asked, share):
    levels = {"1": 70.0, "2": 0.0, "4": 0.0, "8": 0.0, "16": 20.0, "32": 10.0, ">=64": 0.0}
    job = {
        "jobname": "a",
        "job options": {"iodepth": asked},
        "iodepth_level": levels,
        "read": {"iops": 1.0, "io_bytes": 1, "total_ios": 3},
    }
    output = parse(json.dumps({"fio version": "fio-3.33", "jobs": [job]}).encode())
    assert output.details["depth_reached_share"] == pytest.approx(share)


def way(ios, iops, latency_us=100.0):
    return {
        "io_bytes": ios * 4096,
        "bw_bytes": int(iops * 4096),
        "iops": iops,
        "runtime": 1000,
        "total_ios": ios,
        "lat_ns": {"mean": latency_us * 1000, "N": ios},
    }


def document(*jobs, key="jobs", **more):
    return json.dumps({"fio version": "fio-3.36", key: list(jobs), **more}).encode()


def test_reads_and_writes_counted_together():
    # unified_rw_reporting=1 prints "mixed" in their place, =both prints it beside them.
    job = {"jobname": "a", "job options": {"rw": "randrw", "iodepth": "8"}}
    together = parse(document({**job, "mixed": way(100, 80000.0)}))
    assert together.error == "" and values(together)["mixed.iops"] == 80000.0
    assert "read_io_bytes" not in together.details and together.details["total_ios"] == 100
    both = parse(document({**job, "read": way(60, 48000.0), "write": way(40, 32000.0), "mixed": way(100, 80000.0)}))
    assert both.details["total_ios"] == 100 and "mixed.iops" not in values(both)


def test_the_sum_of_all_clients_counts_where_nothing_else_was_kept():
    total = {"jobname": "All clients", "read": way(200, 2000.0)}
    one = {"jobname": "a", "hostname": "h1", "read": way(100, 1000.0)}
    two = {**one, "hostname": "h2"}
    assert values(parse(document(total, key="client_stats")))["read.iops"] == 2000.0
    assert values(parse(document(one, two, total, key="client_stats")))["read.iops"] == 2000.0


@pytest.mark.parametrize(
    ("jobs", "threads"),
    [
        ([("", "a", "4")], 4),  # group_reporting
        ([("", "a", "2"), ("", "a", "2")], 2),
        ([("", "a", None), ("", "b", None), ("", "c", None)], 3),
        ([("h1", "a", "4"), ("h2", "a", "4")], 8),
        ([("h1", "a", "2"), ("h1", "a", "2"), ("h2", "a", "2"), ("h2", "a", "2")], 4),
    ],
)
def test_the_depth_asked_for_is_that_of_all_threads(jobs, threads):
    entries = [
        {
            "jobname": name,
            **({"hostname": host} if host else {}),
            "read": way(100, 1000.0),
            "job options": {"rw": "randread", **({"numjobs": count} if count else {})},
        }
        for host, name, count in jobs
    ]
    found = parse(document(*entries, key="client_stats" if jobs[0][0] else "jobs"))
    assert found.details["numjobs"] == threads


def test_what_a_file_without_options_was_asked_for_is_unknown():
    found = parse(document({"jobname": "a", "write": way(100, 1000.0), "iodepth_level": {"1": 100.0}}))
    assert found.error == "" and values(found)["write.iops"] == 1000.0
    assert found.details["block_size_bytes"] == 4096
    assert not {"rw", "iodepth", "numjobs", "direct", "depth_reached_share"} & found.details.keys()


def test_what_an_old_version_did_not_count_is_unknown_not_zero():
    job = {"jobname": "sequential_read", "read": {"io_bytes": 370672, "bw": 129836, "iops": 253, "runtime": 2788}}
    old = json.dumps({"fio version": "fio-2.1.4", "jobs": [job, {**job, "jobname": "random_read"}]}).encode()
    first, second = configurations(take_apart(old).run)
    assert "total_ios" not in first.output.details and first.output.details["runtime_ms"] == 2788.0
    # Only the name says that these two are no repeats of each other.
    assert (first.key, second.key) == ("read-sequential-read", "read-random-read")


def test_whether_the_steady_state_asked_for_came():
    job = {"jobname": "a", "write": way(100, 1000.0)}
    for attained in (0, 1):
        said = {"ss": "iops_slope:0.300000%", "duration": 5, "attained": attained, "slope": 1.2}
        assert parse(document({**job, "steadystate": said})).details["steady"] is bool(attained)
    assert "steady" not in parse(document(job)).details
