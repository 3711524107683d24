#!/usr/bin/env python3
"""Prints what the last `mvn verify` spent per module and on each test class of five seconds or more, what it skipped,
and which tests failed and passed when they were run again. Exits with 1 where one of those failed by anything
but a missing answer: what a test asserts, say that nothing acknowledged is lost, has to hold each time.

Reads the surefire and failsafe reports below the current folder.
"""
import pathlib
import sys
import xml.etree.ElementTree as xml

MODULE_ROW = "{:>7.2f} min  {}"
SLOW_SECONDS = 5.0
NO_ANSWER = ("io.grpc.Status", "java.util.concurrent.TimeoutException", "java.net.")

modules, slow, skipped, unsteady = {}, [], [], []
for report in pathlib.Path(".").glob("**/target/*-reports/TEST-*.xml"):
    suite = xml.parse(report).getroot()
    seconds = float(suite.get("time", "0").replace(",", ""))
    module = str(report.parents[2])
    modules[module] = modules.get(module, 0.0) + seconds
    if seconds >= SLOW_SECONDS:
        slow.append((seconds, suite.get("name")))
    for case in suite.iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        for failure in case.findall("flakyFailure") + case.findall("flakyError"):
            cause = failure.get("type", "")
            unsteady.append((name, cause.startswith(NO_ANSWER), failure.get("message") or cause))
        reason = case.find("skipped")
        if reason is not None:
            skipped.append((name, reason.get("message", "")))

for module, seconds in sorted(modules.items()):
    print(MODULE_ROW.format(seconds / 60, module))
for seconds, name in sorted(slow, reverse=True):
    print(MODULE_ROW.format(seconds / 60, "  " + name))
for name, reason in sorted(skipped):
    print(f"skipped: {name}: {reason}")
for name, is_unanswered, message in sorted(unsteady):
    verdict = "to mend, had no answer at first" if is_unanswered else "does not hold each time"
    print(f"{verdict}: {name}: {message.splitlines()[0] if message else ''}")
sys.exit(not all(is_unanswered for _, is_unanswered, _ in unsteady))
