"""The parts of the program call each other one way: no two files are needed to understand each other."""

import re
from graphlib import TopologicalSorter

from perfadvisor.targets.here.dmabench_build import sources

NO_CODE = re.compile(r"""/\*.*?\*/|'(?:\\.|[^'\\])'|"(?:\\.|[^"\\])*\"""", re.DOTALL)  # comments and literals
TEXTS = {path.name: NO_CODE.sub("", path.read_text()) for path in sources()}
DEFINED = {
    name: file
    for file, text in TEXTS.items()
    for name in re.findall(r"^(?!static|#|\s)[\w *]+?[ *](\w+)(?:\[\w*\])?(?:\([^;{]*\)\n\{| = )", text, re.MULTILINE)
}


def test_files_call_each_other_one_way() -> None:
    assert {"fail", "parse_size", "kernel_arrays", "json_open", "measure_amounts", "page_names"} <= DEFINED.keys()
    needs = {
        file: {DEFINED[word] for word in re.findall(r"\b\w+\b", text) if word in DEFINED} - {file}
        for file, text in TEXTS.items()
    }
    order = tuple(TopologicalSorter(needs).static_order())  # CycleError names the circle
    assert order[-1] == "dmabench.c"
