"""A gate's report as JUnit XML: one case a metric, so that every CI system shows which one and why."""

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from perfadvisor.analyse.gate.margins import percent
from perfadvisor.model.gate import Comparison, GateReport, NewFinding, Reason, Verdict
from perfadvisor.plaintext import visible
from perfadvisor.report import gate_words as words


def junit(report: GateReport) -> str:
    """The XML text. A regression is a failure, a vanished benchmark an error, undecided is skipped with the reason."""
    suite = TestSuite("perfadvisor gate")
    for one in report.comparisons:
        suite.add_testcase(_case(one))
    for finding in report.findings:
        suite.add_testcase(_finding(finding))
    xml = JUnitXml()
    xml.add_testsuite(suite)
    text: bytes = xml.tostring()  # type: ignore[no-untyped-call]
    return text.decode()


def _case(one: Comparison) -> TestCase:
    case = TestCase(visible(one.metric), classname=visible(one.workload))
    told = f"{words.change(one)}, margin {percent(one.margin)}, {words.runs(one)}. {words.remarks(one)}"
    message = visible(told.strip())
    if one.verdict is Verdict.REGRESSION and one.primary and not one.acknowledged:
        case.result = [Failure(message, "regression")]
    elif one.reason is Reason.MISSING_CANDIDATE and one.primary:
        case.result = [Error(message, one.reason.value)]
    elif one.verdict is Verdict.UNDECIDED:
        case.result = [Skipped(message, one.reason.value)]
    case.system_out = visible(f"{one.verdict.value}: {message}")
    return case


def _finding(finding: NewFinding) -> TestCase:
    case = TestCase(visible(f"{finding.rule} {finding.subject}".strip()), classname="findings")
    case.result = [Failure(visible(finding.title), visible(finding.severity))]
    return case
