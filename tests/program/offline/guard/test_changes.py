"""What a change does to reviewed files, workflows, owners, locks and judging code: never silent, each at its line."""

import pytest

from program.offline.guard.changes import guard_changes
from program.offline.guard.tree import Tree
from tests.program.offline.guard.trees import told, tree

PIN = "3d3c42e5aac5ba805825da76410c181273ba90b1"
WORKFLOW = f"""permissions: {{}}
jobs:
  check:
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@{PIN} # v7
      - run: make check
"""
FILES = {
    "Makefile": "check:\n\tpython check\n",
    "Pulumi.yaml": "name: parity\nconfig:\n  lambdaMemory: {type: integer}\n  alarmEmail: {type: string}\n",
    "requirements.txt": "a==1 --hash=sha256:1\n",
    ".github/CODEOWNERS": "* @platform\n",
    ".github/workflows/pull-request.yml": WORKFLOW,
    ".github/review-stack.yaml": "config: {}\n",
    "policies/environments.yaml": "schemaVersion: 1\n",
    "policies/exemptions.yaml": (
        "exemptions:\n"
        "  - {rule: a, resource: db, environment: prod, reason: Being mended., owner: jo, expires: 2027-01-31}\n"
    ),
    "policies/drift-ignores.yaml": (
        "ignores:\n  - {environment: prod, type: t, name: n, property: p, reason: Being mended., expires: 2027-01-31}\n"
    ),
    "policies/drift-noise.yaml": (
        "noise:\n  - {type: t, property: p, kind: changes, reason: It is a date., source: AWS}\n"
    ),
    "policies/known/service/kms.yaml": "types:\n  aws:kms/key:Key:\n    description: {free: It is for people.}\n",
    "policies/judging.py": "x = 1\n",
    "policies/rules/shapes.py": "x = 1\n",
    "policies/RULES.md": "# Rules\n",
    "program/offline/check.py": "x = 1\n",
    "program/service/stack.py": "x = 1\n",
    "program/service/settings.py": "x = 1\n",
    "tests/test_guard.py": "x = 1\n",
    ".github/tools.json": "{}\n",
    "stacks/Pulumi.prod.yaml": "config: {}\n",
    "README.md": "# parity\n",
}


def changed(**changes):
    """Return the changes of the files, by name with `__` for `/`; None deletes one."""
    files = {name: text for name, text in (FILES | changes).items() if text is not None}
    return guard_changes(tree(FILES, "base"), tree(files))


# The file, its new text or what is replaced in it, and what is told.
CHANGES = {
    "an exemption more": (
        "policies/exemptions.yaml",
        ("exemptions:\n", "exemptions:\n  - {rule: b, resource: x, environment: dev, expires: 2027-01-31}\n"),
        [("weakens", "exemption added", 2)],
    ),
    "an exemption for longer": (
        "policies/exemptions.yaml",
        ("2027-01-31", "2027-06-30"),
        [("weakens", "exemption extended", 2)],
    ),
    "an exemption for less long": (
        "policies/exemptions.yaml",
        ("2027-01-31", "2026-12-31"),
        [("narrows", "exemption shortened", 2)],
    ),
    "an exemption moved to another resource": (
        "policies/exemptions.yaml",
        ("resource: db", 'resource: "*"'),
        [("weakens", "exemption added", 2), ("narrows", "exemption removed", 1)],
    ),
    "a drift ignore until the end of time": (
        "policies/drift-ignores.yaml",
        ("2027-01-31", "9999-12-31"),
        [("weakens", "drift ignore extended", 2)],
    ),
    "drift noise more": (
        "policies/drift-noise.yaml",
        ("noise:\n", "noise:\n  - {type: t, property: q, kind: changes, reason: It is a date., source: AWS}\n"),
        [("weakens", "drift noise added", 2)],
    ),
    "a property that is known anew": (
        "policies/known/service/kms.yaml",
        ("    description:", "    policy: {free: Whatever one likes.}\n    description:"),
        [("weakens", "known entry", 3)],
    ),
    "a property that is judged otherwise": (
        "policies/known/service/kms.yaml",
        ("{free: It is for people.}", "{free: It is for machines.}"),
        [("weakens", "known entry", 3)],
    ),
    "a property that is known no more": (
        "policies/known/service/kms.yaml",
        ("    description: {free: It is for people.}\n", "    {}\n"),
        [("weakens", "known entry", 2), ("changes", "known entry removed", 2)],
    ),
    "a new setting": (
        "Pulumi.yaml",
        ("config:\n", "config:\n  queueTries: {type: integer}\n"),
        [("changes", "project changed", 3), ("changes", "setting added", 3)],
    ),
    "a setting less": (
        "Pulumi.yaml",
        ("  alarmEmail: {type: string}\n", ""),
        [("changes", "setting removed", None), ("changes", "project changed", 3)],
    ),
    "a step of a workflow": (
        ".github/workflows/pull-request.yml",
        ("make check", "true"),
        [("changes", "workflow changed", 8)],
    ),
    "a job that may write": (
        ".github/workflows/pull-request.yml",
        ("contents: read", "contents: write"),
        [("weakens", "permission widened", 5), ("changes", "workflow changed", 5)],
    ),
    "a workflow that may read all": (
        ".github/workflows/pull-request.yml",
        ("permissions: {}", "permissions: read-all"),
        [("weakens", "permission widened", 1), ("changes", "workflow changed", 1)],
    ),
    "an action's pin": (
        ".github/workflows/pull-request.yml",
        (PIN, "main"),
        [("weakens", "action's pin changed", 7), ("changes", "workflow changed", 7)],
    ),
    "an action of somebody else": (
        ".github/workflows/pull-request.yml",
        ("actions/checkout@", "evil/checkout@"),
        [("weakens", "action's pin changed", 7), ("changes", "workflow changed", 7)],
    ),
    "a workflow that is no YAML": (
        ".github/workflows/pull-request.yml",
        ("permissions: {}", "permissions: {"),
        [("changes", "workflow changed", 1)],
    ),
    "other owners": (".github/CODEOWNERS", ("@platform", "@me"), [("changes", "owners changed", 1)]),
    "the review stack": (".github/review-stack.yaml", ("{}", "{a: 1}"), [("changes", "review stack changed", 1)]),
    "the set-up": ("Makefile", ("python check", "true"), [("changes", "set-up changed", 2)]),
    "a lock": ("requirements.txt", ("a==1", "a==2"), [("changes", "dependencies changed", 1)]),
    "the pack's code": ("policies/judging.py", ("1", "2"), [("changes", "judging code changed", 1)]),
    "what rules share": ("policies/rules/shapes.py", ("1", "2"), [("changes", "judging code changed", 1)]),
    "the check's code": ("program/offline/check.py", ("1", "2"), [("changes", "judging code changed", 1)]),
    "the service's code": ("program/service/stack.py", ("1", "2"), []),
    "the settings, which the judge reads": (
        "program/service/settings.py",
        ("1", "2"),
        [("changes", "judging code changed", 1)],
    ),
    "a page for people": ("README.md", ("parity", "other"), []),
    "a generated page": ("policies/RULES.md", ("Rules", "Other"), []),
}
WHOLE = {
    "a test that is gone": ("tests/test_guard.py", None, [("changes", "test removed", None)]),
    "digests of tools": (".github/tools.json", "{1}\n", [("changes", "file of the guard changed", 1)]),
    "a file before the Makefile": ("GNUmakefile", "install:\n", [("changes", "set-up changed", 1)]),
    "a package before another's": ("click/__init__.py", "x", [("weakens", "code that Python runs by itself", 1)]),
    "settings of another tool": ("uv.toml", "x", [("changes", "file of the guard changed", 1)]),
    "a type that is known no more": (
        "policies/known/service/kms.yaml",
        "types: {}\n",
        [("weakens", "known entry", 1), ("narrows", "known entry removed", 1)],
    ),
    "limits that can't be read": ("policies/environments.yaml", "a: [", []),
    "known entries that can't be read": ("policies/known/service/kms.yaml", "types: [", []),
    "known values as a list": (
        "policies/known/service/kms.yaml",
        "types:\n  aws:kms/key:Key:\n    description: {oneOf: [a, b]}\n",
        [("weakens", "known entry", 3), ("changes", "known entry removed", 3)],
    ),
    "a workflow whose jobs are none": (
        ".github/workflows/new.yml",
        "permissions: {}\njobs: {check: text}\n",
        [("changes", "workflow changed", 1)],
    ),
    "owners that are gone": (".github/CODEOWNERS", None, [("weakens", "owners changed", None)]),
    "a stack that is gone": ("stacks/Pulumi.prod.yaml", None, [("weakens", "stack removed", None)]),
    "code that Python runs by itself": ("sitecustomize.py", "x", [("weakens", "code that Python runs by itself", 1)]),
    "a module before a package's": ("yaml.py", "x", [("weakens", "code that Python runs by itself", 1)]),
    "a path file": ("program/x.pth", "x", [("weakens", "code that Python runs by itself", 1)]),
    "a new workflow": (
        ".github/workflows/new.yml",
        "permissions: {contents: write}\n",
        [("weakens", "permission widened", 1), ("changes", "workflow changed", 1)],
    ),
    "new exemptions where there were none": (
        "policies/drift-ignores.yaml",
        "ignores: [",
        [],
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_change_of_a_file_is_told_as_what_it_is(case):
    file, (old, new), expected = CHANGES[case]
    assert old in FILES[file], f"the example no longer holds {old!r}; mend the test"

    assert told(changed(**{file: FILES[file].replace(old, new)})) == expected


@pytest.mark.parametrize("case", WHOLE)
def test_a_file_that_comes_or_goes_is_told_as_what_it_is(case):
    file, text, expected = WHOLE[case]

    assert told(changed(**{file: text})) == expected


def test_a_link_is_told_wherever_it_is():
    head = tree(FILES)
    linked = Tree(name="head", files=head.files, links=frozenset({"policies/rules/kms", "docs/x"}))

    assert told(guard_changes(tree(FILES, "base"), linked)) == [("weakens", "link", 1), ("weakens", "link", 1)]


def test_nothing_changed_is_nothing_to_tell():
    assert changed() == ()


def test_files_that_come_with_the_first_guard_are_told():
    found = guard_changes(tree({"README.md": "x"}, "base"), tree(FILES))

    kinds = {change.kind for change in found}
    assert {"exemption added", "drift ignore added", "known entry", "owners changed", "workflow changed"} <= kinds


def test_what_weakens_stands_first():
    found = changed(Makefile="all:\n", **{"stacks/Pulumi.prod.yaml": None})

    assert [change.effect for change in found] == ["weakens", "changes"]
