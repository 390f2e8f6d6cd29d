"""Of many results each text is kept once, and nothing else is changed."""

import pickle

from program.offline.shared_texts import SharedTexts
from tests.program.report.results import stack


def test_results_that_came_from_two_processes_are_equal_and_share_their_texts():
    texts, of_one_process = SharedTexts(), stack("dev")
    first, second = (texts.shared(pickle.loads(pickle.dumps(of_one_process))) for _ in range(2))

    assert first == second == of_one_process
    assert first.resources[0].urn is second.resources[0].urn
    assert next(iter(first.manifest)) is next(iter(second.manifest))


def test_a_text_in_a_tuple_in_a_list_in_a_mapping_is_shared():
    texts = SharedTexts()
    first, second = (texts.shared({"a": [(str(number) * 2, 1, None, True)]}) for number in (7, 7))

    assert first == second == {"a": [("77", 1, None, True)]}
    assert first["a"][0][0] is second["a"][0][0]
