"""The double refuses what AWS refuses, with AWS's own codes; each refusal has its case, and each case its refusal."""

import itertools

import pytest

from tests.engine import aws as double
from tests.engine.client import HERE, Client, refusal
from tests.engine.cloud_file import CloudFile
from tests.engine.ground import Ground
from tests.engine.provider import serve
from tests.engine.refusal_cases.every import CASES
from tests.engine.refusals.every import RULES


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.operation}-{case.code}-{case.says}")
def test_a_call_that_aws_refuses_fails_with_its_code_and_changes_nothing(ground, file, case):
    call = case.prepare(ground, file)
    before = file.read()

    with refusal(f"{case.operation}, api error {case.code}: ") as refused:
        call()

    assert case.says in refused.value.details()
    assert file.read().resources == before.resources


def test_no_refusal_is_without_a_case(tmp_path, monkeypatch):
    refused = set()

    def watched(asked):
        said = next((rule for rule in RULES if rule.type == asked.type and rule.refusal(asked)), None)
        if said:
            refused.add((RULES.index(said), asked.call))
        return said and said.refusal(asked)

    monkeypatch.setattr(double, "refusal", watched)
    for number, case in enumerate(CASES):
        file = CloudFile(tmp_path / f"{number}.json")
        with serve(HERE, file.path) as port:
            client = Client(port)
            call = case.prepare(Ground(client), file)
            with refusal(case.code):
                call()
            client.close()

    every = {(index, call) for index, rule in enumerate(RULES) for call in rule.operations}
    left = [
        f"{RULES[index].type}: {RULES[index].operations[call]} {RULES[index].code}" for index, call in every - refused
    ]
    assert left == [], "write a case for each into refusal_cases/"


def test_no_two_cases_are_the_same():
    told = [(case.operation, case.code, case.says, case.prepare) for case in CASES]

    assert not [one for one, other in itertools.combinations(told, 2) if one == other]
