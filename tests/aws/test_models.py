"""Every form of the three projects against AWS's own models of the calls that make it."""

import pytest

from tests.aws.modes import aws, every_form, recording_of
from tests.program.foundation.aws_requests import requests
from tests.program.service.aws_requests import problems


@pytest.mark.parametrize("form", every_form(), ids=str)
def test_every_call_is_one_that_aws_models_take(form):
    found = {
        f"{item.name}: {operation}": said
        for item in aws(recording_of(form))
        for service, operation, parameters in requests(item)
        if (said := problems(service, operation, parameters))
    }

    assert found == {}, "AWS would refuse the call"
