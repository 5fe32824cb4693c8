"""The JUnit report of scenarios, as continuous integration reads it: a test case for each run."""

import re
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree

from adapters.scenarios.lines import line_of
from adapters.scenarios.run import ScenarioRun

_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot have."""


def junit(runs: Sequence[ScenarioRun]) -> bytes:
    """The report as XML. A run of which nothing could be checked counts as skipped."""
    outcomes = [run.outcome for run in runs]
    counts = {
        "name": "vivavoce scenarios",
        "tests": str(len(runs)),
        "failures": str(outcomes.count("failed")),
        "errors": "0",
        "skipped": str(outcomes.count("not checked")),
        "time": f"{sum(run.took for run in runs):.3f}",
    }
    suites = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(suites, "testsuite", counts)
    for run in runs:
        suite.append(_case(run))
    ElementTree.indent(suites)
    written: bytes = ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True)
    return written


def _case(run: ScenarioRun) -> ElementTree.Element:
    seed = "" if run.seed is None else f" [seed {run.seed}]"
    case = ElementTree.Element(
        "testcase",
        {
            "classname": "scenarios",
            "name": _legal(f"{run.scenario.name}{seed}: {run.scenario.file.title}"),
            "file": _legal(str(run.scenario.path)),
            "time": f"{run.took:.3f}",
        },
    )
    if run.failures:
        first = line_of(run.failures[0])
        failure = ElementTree.SubElement(case, "failure", {"message": _legal(first), "type": "expectation"})
        failure.text = _legal("\n".join(map(line_of, run.failures)))
    elif run.outcome == "not checked":
        ElementTree.SubElement(case, "skipped", {"message": "nothing of it can be checked"})
    if run.unchecked:
        ElementTree.SubElement(case, "system-out").text = _legal("\n".join(map(line_of, run.unchecked)))
    return case


def _legal(text: str) -> str:
    return _ILLEGAL.sub("�", text)
