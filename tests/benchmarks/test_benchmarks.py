"""The figures that the project promises, measured in one run and printed as ratios; nothing here judges a time."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from policies.catalogue import RULES
from program.offline.analysis import running_pack
from program.offline.guard.base import checked_out
from program.offline.guard.tree import commit_tree
from program.offline.packs import pack_host
from program.offline.recording import record
from program.offline.simulation import Cloud, account_of
from program.project.definition import ROOT, SERVICE
from program.project.stackfile import read_stack_file, stack_names
from program.service.stack import deploy

pytestmark = pytest.mark.benchmark

# An ordinary program's imports: the SDK, and the services of the provider that the program uses, whole.
ORDINARY = """
import sys
from importlib import import_module
projects = sys.argv[1:]
for project in projects:
    import_module(f"program.{project}.stack")
services = {value.__name__ for name, module in list(sys.modules.items())
            if name.startswith(tuple(f"program.{project}." for project in projects))
            for value in vars(module).values()
            if getattr(value, "__name__", "").startswith(("pulumi_aws.", "pulumi_github"))}
for name in services:
    import_module(name)
    getattr(sys.modules[name], "nothing", None)
assert len(services) > 5, services
"""
PROJECTS = ("service", "network", "foundation")
RUNS = 5
PARITY = ("-m", "program.cli")


def best(*commands: Sequence[str], elsewhere: Path) -> list[float]:
    """Return the shortest time of each Python process, in seconds; they take turns, the last of them elsewhere.

    What else the machine does makes a run longer and never shorter, and comes and goes.
    """
    folders = [*[ROOT] * (len(commands) - 1), elsewhere]
    times: list[list[float]] = [[] for _ in commands]
    for _ in range(RUNS):
        for found, command, folder in zip(times, commands, folders, strict=True):
            began = time.perf_counter()
            subprocess.run([sys.executable, *command], cwd=folder, check=True, capture_output=True)
            found.append(time.perf_counter() - began)
    return list(map(min, times))


def many(count: int) -> dict[str, float]:
    """Return what a check of so many stacks cost."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.many_stacks", str(count)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)


def row(what: str, figure: str, promised: str) -> None:
    print(f"\n{what:<58} {figure:>24}   promised: {promised}", end="")


def test_the_check_beside_imports_and_the_judge(tmp_path):
    of_the_service = [argument for stack in stack_names(ROOT, SERVICE) for argument in ("--stack", stack)]
    recorded = str(tmp_path / "recorded.json")
    judging = (*PARITY, "judge", "--recorded", recorded, "--base", "HEAD")
    with checked_out(ROOT, commit_tree(ROOT, "HEAD")) as base:
        few_imports, few, imports, check, record_, judge, in_its_base = best(
            ("-c", ORDINARY, "service"),
            (*PARITY, "check", *of_the_service),
            ("-c", ORDINARY, *PROJECTS),
            (*PARITY, "check"),
            (*PARITY, "record", "--output", recorded),
            judging,
            # As the workflow does: the base is checked out already.
            (*judging, "--head", str(ROOT)),
            elsewhere=base,
        )

    row("check of the service's stacks : its ordinary imports", f"{few / few_imports:.2f} ({few:.2f} s)", "0.95")
    row("check of all stacks : ordinary imports of all projects", f"{check / imports:.2f} ({check:.2f} s)", "0.95")
    row("judge of a pull request, in its base : check", f"{in_its_base / check:.2f} ({in_its_base:.2f} s)", "1.5")
    row("judge that checks its base out : check", f"{judge / check:.2f} ({judge:.2f} s)", "1.5")
    row("record : check", f"{record_ / check:.2f} ({record_:.2f} s)", "less than 1")
    assert min(few_imports, imports) > 0


def test_more_stacks():
    few, some, lots = many(3), many(30), many(200)
    one_more, linear = (some["cpu"] - few["cpu"]) / 27, (lots["cpu"] - some["cpu"]) / 170

    row("one more stack, CPU", f"{one_more:.2f} s", "0.45 s")
    row("one more of 30 to 200 : one more of 3 to 30, CPU", f"{linear / one_more:.2f}", "about 1")
    row("200 stacks, largest process", f"{lots['megabytes']:.0f} MB ({lots['seconds']:.0f} s)", "150 MB")
    assert (few["ok"], some["ok"], lots["ok"], lots["stacks"]) == (True, True, True, 200)


def test_the_pack_on_two_hundred_resources():
    stack = stack_names()[0]
    config = read_stack_file(stack).config
    began = time.perf_counter()
    with pack_host() as packs, running_pack(packs, stack=stack, config=config) as pack:
        pack.judge(())
    booted = time.perf_counter() - began
    cloud = Cloud(stack=stack, region="us-east-2", account=account_of(stack))
    once = record(deploy, stack=stack, config=config, cloud=cloud).registrations
    resources = (once * (200 // len(once) + 1))[:200]
    with pack_host() as packs, running_pack(packs, stack=stack, config=config) as pack:
        began = time.perf_counter()
        outcomes = pack.judge(resources)
        judged = time.perf_counter() - began

    row("the pack is up and has answered", f"{booted:.2f} s", "1 s")
    row(f"{len(RULES)} rules and all tables x {len(resources)} resources", f"{judged:.2f} s", "3 s")
    assert outcomes


def test_the_page_of_two_hundred_stacks(tmp_path):
    from program.report.page.render import render
    from tests.browser.chromium import browser, chromium
    from tests.program.report.samples import many as many_stacks

    report = many_stacks(200, 60)
    began = time.perf_counter()
    page = render(report)
    made = time.perf_counter() - began
    print(f"\npage of 200 stacks x 60 resources: made in {made:.2f} s, {len(page) / 1024:.0f} KiB")
    if chromium() is None:
        pytest.skip("Chromium is not on PATH (Debian's package chromium)")
    file = tmp_path / "page.html"
    file.write_text(page, encoding="utf-8")
    with browser() as running:
        opened = running.page()
        began = time.perf_counter()
        opened.open(file, 1000)
        loaded = time.perf_counter() - began
        began = time.perf_counter()
        shown = opened.evaluate(
            "(() => { const it = document.getElementById('search'); it.value = 'region-19';"
            " it.dispatchEvent(new Event('input'));"
            " return [...document.querySelectorAll('[data-row]')].filter(each => !each.hidden).length; })()"
        )
        filtered = time.perf_counter() - began
    print(f"loaded in {loaded:.2f} s, filtered in {filtered:.2f} s (promised: usable within 2 s)")
    assert shown
