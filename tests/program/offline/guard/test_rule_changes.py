"""Rules are compared as text: which are gone, new, lowered, or judge otherwise."""

import pytest

from policies.catalogue import RULES
from program.offline.guard.rule_changes import _files, _rules, rule_changes
from program.offline.guard.tree import working_tree
from program.project.definition import ROOT
from tests.program.offline.guard.trees import told, tree

FILE = "policies/rules/kms.py"
BASE = '''"""Rules on keys."""

from policies.iam import statements
from policies.rule import ResourceRule, StackRule

MOST = 365
WINDOW_ID = "kms-window"


def _limit():
    return MOST


def _rotation(resource, context):
    """Say what is wrong."""
    if resource.days > _limit():
        yield "too many"


ROTATION = ResourceRule(id="kms-rotation", title="It turns.", why="Why.", fix="Fix.", types=("k",), judge=_rotation)
WINDOW = StackRule(id=WINDOW_ID, title="It waits.", types=("k",), default_level="advisory", judge=statements)

RULES = (ROTATION, WINDOW)
'''

# What is replaced by what, and what is told.
CHANGES = {
    "taken out of the list": ("RULES = (ROTATION, WINDOW)", "RULES = (WINDOW,)", [("weakens", "rule removed", 1)]),
    "deleted": ("WINDOW = StackRule", "OTHER = StackRule", [("weakens", "rule removed", 1)]),
    "advisory by itself": (
        'types=("k",), judge=_rotation',
        'types=("k",), default_level="advisory", judge=_rotation',
        [("weakens", "level lowered", 20)],
    ),
    "mandatory by itself": (
        'default_level="advisory"',
        'default_level="mandatory"',
        [("narrows", "level raised", 21)],
    ),
    "another judgement": ("resource.days >", "resource.days <", [("changes", "rule changed", 20)]),
    "another figure that it reads": ("MOST = 365", "MOST = 9999", [("changes", "rule changed", 20)]),
    "another function that it calls": ("    return MOST", "    return 10 * MOST", [("changes", "rule changed", 20)]),
    "a judge from elsewhere": ("from policies.iam", "from policies.mine", [("changes", "rule changed", 21)]),
    "fewer types": ('types=("k",), judge=_rotation', "types=(), judge=_rotation", [("changes", "rule changed", 20)]),
    "other words": ('title="It turns."', 'title="The key turns."', []),
    "another docstring": ("Say what is wrong.", "Tell what is wrong.", []),
    "a comment": ("MOST = 365", "MOST = 365  # days", []),
    "code of no rule": (
        "RULES = (ROTATION, WINDOW)",
        "RULES = (ROTATION, WINDOW)\nprint()",
        [("changes", "judging code changed", 24)],
    ),
    "words that do something": (
        'title="It turns."',
        'title=(setattr(_rotation, "x", 1) or "It turns.")',
        [("changes", "rule changed", 20)],
    ),
    "a second definition": (
        "\n\ndef _rotation",
        "\n\nMOST = 1\n\n\ndef _rotation",
        [("changes", "rule changed", 23), ("changes", "judging code changed", 14)],
    ),
    "a new rule beside another figure": (
        "RULES = (ROTATION, WINDOW)",
        'NEW = StackRule(id="new", types=(), judge=statements)\nobject.__setattr__(NEW, "x", 1)\n'
        "RULES = (ROTATION, WINDOW, NEW)",
        [("narrows", "rule added", 23), ("changes", "judging code changed", 23)],
    ),
    "an encoding that hides a line": (
        '"""Rules on keys."""',
        '# coding: utf-7\n"""Rules on keys."""\n# x.+AAo-MOST = 2',
        [("changes", "judging code changed", 1)],
    ),
    "no Python": ("MOST = 365", "MOST = = 365", [("weakens", "rule removed", 1), ("weakens", "rule removed", 1)]),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_change_of_a_rule_is_told_as_what_it_is(case):
    old, new, expected = CHANGES[case]
    assert old in BASE, f"the example no longer holds {old!r}; mend the test"

    found = list(rule_changes(tree({FILE: BASE}), tree({FILE: BASE.replace(old, new)})))

    assert told(found) == expected


def test_a_new_rule_is_narrower_and_a_file_that_is_gone_has_no_line():
    (first, second) = rule_changes(tree({}), tree({FILE: BASE}))
    (gone, _) = rule_changes(tree({FILE: BASE}), tree({}))

    assert told([first, second]) == [("narrows", "rule added", 20), ("narrows", "rule added", 21)]
    assert (gone.rules, gone.line) == (("kms-rotation",), None)


def test_a_rule_whose_id_is_no_text_is_judging_code():
    text = "IDS = list('ab')\nONE = StackRule(id=IDS[0])\nRULES = (ONE,)\n"

    (change,) = rule_changes(tree({}), tree({FILE: text}))

    assert told([change]) == [("changes", "judging code changed", 1)]


def test_other_code_of_a_file_that_is_gone_is_told():
    text = "import sys\n"
    name = "policies/rules/extra.py"

    (change,) = rule_changes(tree({name: text}), tree({}))

    assert told([change]) == [("changes", "judging code changed", None)]


def test_every_rule_of_the_catalogue_is_found_in_the_text():
    here = working_tree(ROOT)

    found = _rules(here, _files(here))

    assert sorted(found) == sorted(rule.id for rule in RULES), (
        "a rule must be a ResourceRule(...) or StackRule(...) with a name of its own that the file's RULES lists: "
        "what a change does to any other can't be told"
    )


def test_a_second_rule_of_an_id_that_stands_in_another_file_is_told_as_what_it_does():
    text = (ROOT / "policies/rules/kms.py").read_text()
    again = text.replace('id="kms-rotation"', 'id="kms-rotation", default_level="off"')
    assert again != text, "name a rule that policies/rules/kms.py has"
    base = tree({"policies/rules/kms.py": text})
    head = tree({"policies/rules/kms.py": text, "policies/rules/zz.py": again})

    assert ("weakens", "level lowered", "kms-rotation") in [
        (change.effect, change.kind, *change.rules) for change in rule_changes(base, head)
    ]
