"""What a program asks of the engine beside the inputs is recorded, whatever it is, and becomes part of the manifest."""

import pulumi
import pulumi_aws as aws
import pytest
from google.protobuf import json_format
from pulumi.runtime.proto import resource_pb2

from policies.limits import load_limits
from program.manifest.normalise import OPTIONS, Place
from program.manifest.normalise import Resource as Compared
from program.manifest.resources import full_manifest
from program.offline.options import options_of
from program.offline.recordings import StackRecording, read_recordings, written
from tests.program.recorded import find, record_program, recorded

PLACE = Place(environment="prod", suffix="main", region="us-east-1", account="123456789012", networking={})


def topic(name: str, **options):
    return aws.sns.Topic(name, opts=pulumi.ResourceOptions(**options))


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"retain_on_delete": True}, {"retainOnDelete": True}),
        ({"import_": "arn"}, {"import": "arn"}),
        ({"replace_on_changes": ["*"]}, {"replaceOnChanges": ["*"]}),
        ({"delete_before_replace": True}, {"deleteBeforeReplace": True}),
        ({"version": "1.0.0"}, {"version": "1.0.0"}),
        ({"plugin_download_url": "https://x"}, {"pluginDownloadURL": "https://x"}),
        ({"additional_secret_outputs": ["arn"]}, {"additionalSecretOutputs": ["arn"]}),
        ({"custom_timeouts": pulumi.CustomTimeouts(create="1s")}, {"customTimeouts": {"create": "1s"}}),
        ({"protect": True}, {}),
        ({"ignore_changes": ["policy"]}, {}),
        ({}, {}),
    ],
)
def test_every_option_that_is_set_is_recorded(options, found):
    recording = record_program(lambda: topic("one", **options))

    assert find(recording, "one").options == found


def test_aliases_are_recorded():
    recording = record_program(lambda: topic("one", aliases=[pulumi.Alias(name="other")]))

    assert list(find(recording, "one").options) == ["aliases"]


def test_what_nobody_thought_of_is_recorded_too():
    request = resource_pb2.RegisterResourceRequest(type="x:y:Z", name="z", pluginChecksums={"linux": b"0"}, version="3")

    assert options_of(request) == {"pluginChecksums": {"linux": "b'0'"}, "version": "3"}


def test_a_resource_knows_the_provider_that_the_program_gave_it():
    def program():
        provider = aws.Provider("other", region="eu-west-1")
        topic("one", provider=provider)

    recording = record_program(program)

    one, provider = find(recording, "one"), find(recording, "other")
    assert one.provider_urn == provider.urn
    assert one.resource().options == {"provider": "other"}
    assert find(recorded(), "monitoring-topic").provider_urn == ""


def test_a_recording_keeps_options_and_references(tmp_path):
    recording = recorded()
    kept = StackRecording(stack="prod", registrations=recording.registrations, references=recording.references)
    (tmp_path / "recording.json").write_text(written([kept]))

    (read,) = read_recordings(tmp_path / "recording.json")

    options = {item.urn: item.options for item in recording.registrations}
    assert {item.urn: item.options for item in read.registrations} == options
    (reference,) = read.references
    assert json_format.MessageToDict(reference.properties) == {"name": "organization/networking-stack/prod"}
    assert reference.outputs == recording.references[0].outputs


def manifest(*resources: Compared):
    return full_manifest({}, PLACE, resources, load_limits())["resources"]


def test_options_are_part_of_the_manifest_where_they_are_set():
    plain = Compared(type="aws:sns/topic:Topic", name="one", inputs={}, outputs={})
    asked = Compared(type="aws:sns/topic:Topic", name="two", inputs={}, outputs={}, options={"retainOnDelete": True})

    found = manifest(plain, asked)

    assert found["aws:sns/topic:Topic::one"]["inputs"] == {}
    assert found["aws:sns/topic:Topic::two"]["inputs"] == {OPTIONS: {"retainOnDelete": True}}


def test_a_provider_that_the_program_makes_is_compared_and_the_engines_own_is_not():
    made = [Compared(type="pulumi:providers:aws", name=name, inputs={}, outputs={}) for name in ("other", "default_7")]

    assert list(manifest(*made)) == ["pulumi:providers:aws::other"]
