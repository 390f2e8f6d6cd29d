"""What AWS and its provider do with a resource, in plain data: the double's behaviour, without the protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs

from program.offline.simulation import GET_IMAGE, Cloud, SimulatedCloud
from tests.engine.answers import as_aws_answers, inputs_of
from tests.engine.cloud_file import CloudFile, Contents, Existing
from tests.engine.effects import after_create, after_delete, after_update
from tests.engine.listings import LISTINGS
from tests.engine.others import told_of_others
from tests.engine.refusals.account import Account
from tests.engine.refusals.every import refusal
from tests.engine.refusals.rule import Asked, Call
from tests.engine.sdk import properties_of
from tests.engine.traits import traits_of
from tests.engine.wire import DEFAULTS, UNKNOWN

Properties = dict[str, Any]


class AwsError(Exception):
    """AWS, or the provider before it, refused a call."""


class Aws:
    """One account's region as the provider sees it; inputs and states come without marks of secrets.

    `network` is the cloud whose networking stack made the VPC that the stack stands in.
    """

    def __init__(self, cloud: Cloud, file: CloudFile, network: Cloud) -> None:
        self.cloud = cloud
        self._network = network
        self._file = file
        self._simulated = SimulatedCloud(cloud)

    def planned(self, type_: str, name: str, inputs: Properties) -> Properties:
        """Return the outputs of a resource that isn't made yet: what AWS adds isn't known."""
        _, answer = self._answer(type_, name, inputs)
        return {
            **dict.fromkeys([*answer, *traits_of(type_).filled_in], UNKNOWN),
            **self._region(type_),
            **_without_defaults(inputs),
        }

    def create(self, type_: str, name: str, inputs: Properties) -> tuple[str, Properties]:
        """Make the resource; return its id and outputs."""
        with self._file.change() as contents:
            self._refuse(contents, "create", type_, None, inputs)
            id_, existing = self._made(contents, type_, name, inputs)
            key = self._key(id_, inputs)
            contents.put(type_, key, existing)
            after_create(contents, type_, key, inputs)
            return id_, _outputs(contents, type_, key, inputs)

    def read(self, type_: str, id_: str, state: Properties, inputs: Properties) -> tuple[Properties, Properties] | None:
        """Return outputs and inputs as they are now, None for a resource that is gone."""
        contents = self._file.read()
        key = self._key(id_, state)
        existing = contents.get(type_, key)
        if existing is None:
            return None
        found = {**existing.properties, **told_of_others(contents, type_, key, existing.properties)}
        outputs = {**as_aws_answers(type_, found), **_unreadable(type_, state)}
        return outputs, inputs_of(inputs, outputs)

    def update(self, type_: str, id_: str, old_inputs: Properties, inputs: Properties) -> Properties:
        """Change the resource to the inputs; return its outputs."""
        with self._file.change() as contents:
            key = self._key(id_, inputs)
            self._refuse(contents, "update", type_, key, inputs)
            existing = contents.get(type_, key)
            if existing is None:
                raise AwsError(f"NotFound: {type_} {id_} does not exist")
            old = dict(existing.properties)
            for left_out in old_inputs.keys() - inputs.keys():
                existing.properties.pop(left_out, None)
            _, answer = self._answer(type_, existing.seed, inputs)
            existing.properties.update({**_readable(type_, inputs), **answer})
            after_update(contents, type_, key, old, inputs)
            return _outputs(contents, type_, key, inputs)

    def delete(self, type_: str, id_: str, state: Properties) -> None:
        """Delete the resource; one that is gone already is no error."""
        with self._file.change() as contents:
            key = self._key(id_, state)
            existing = contents.get(type_, key)
            if existing is None:
                return
            # The provider's own refusal, before it asks AWS.
            if state.get("skipFinalSnapshot") is False and not state.get("finalSnapshotIdentifier"):
                raise AwsError(f"finalSnapshotIdentifier of {id_} is required when skipFinalSnapshot is false")
            self._refuse(contents, "delete", type_, key, state)
            contents.remove(type_, key)
            after_delete(contents, type_, key, existing.properties, state)

    def call(self, token: str, arguments: Properties) -> Properties:
        """Answer a function of the provider."""
        if token in LISTINGS:
            return LISTINGS[token](self._file.read(), arguments)
        if token == GET_IMAGE:
            image = "{registryId}.dkr.ecr.{region}.amazonaws.com/{repositoryName}@{imageDigest}".format(**arguments)
            if image in self._file.read().no_images:
                raise AwsError("reading ECR Images: couldn't find resource")
        try:
            outputs, _ = self._simulated.call(MockCallArgs(token, arguments, ""))
        except NotImplementedError as error:
            raise AwsError(str(error)) from None
        return outputs

    def _made(self, contents: Contents, type_: str, name: str, inputs: Properties) -> tuple[str, Existing]:
        counted = f"{self.cloud.stack}/{type_}/{name}"
        contents.made[counted] = contents.made.get(counted, 0) + 1
        # A resource that is made again, in place of another, gets other random parts.
        seed = name if contents.made[counted] == 1 else f"{name}#{contents.made[counted]}"
        id_, answer = self._answer(type_, seed, inputs)
        properties = {**self._region(type_), **traits_of(type_).filled_in, **_readable(type_, inputs), **answer}
        return id_, Existing(stack=self.cloud.stack, logical_name=name, seed=seed, properties=properties)

    def _key(self, id_: str, properties: Properties) -> str:
        """Return under what the cloud's file has the resource: an id is taken once in each region."""
        region = properties.get("region", self.cloud.region)
        return id_ if region == self.cloud.region else f"{region}/{id_}"

    def _refuse(self, contents: Contents, call: Call, type_: str, key: str | None, new: Properties) -> None:
        """Raise what AWS has against the call."""
        existing = contents.get(type_, key) if key else None
        account = Account(contents, self.cloud, self._network)
        old = existing.properties if existing else None
        asked = Asked(call=call, type=type_, id=key, old=old, new=_without_defaults(new), account=account)
        if said := refusal(asked):
            raise AwsError(said)

    def _region(self, type_: str) -> Properties:
        """Return the region as an output of the resource, unless its type knows none."""
        return {"region": self.cloud.region} if "region" in properties_of(type_).inputs else {}

    def _answer(self, type_: str, seed: str, inputs: Properties) -> tuple[str, Properties]:
        """Return the id and what AWS adds to the inputs."""
        arguments = MockResourceArgs(typ=type_, name=seed, inputs=inputs, provider="", resource_id="")
        region = inputs.get("region")
        simulated = SimulatedCloud(replace(self.cloud, region=region)) if isinstance(region, str) else self._simulated
        id_, outputs = simulated.new_resource(arguments)
        return id_, {key: value for key, value in outputs.items() if inputs.get(key) != value}


def _outputs(contents: Contents, type_: str, key: str, inputs: Properties) -> Properties:
    """Return what the provider says of a resource that it has just written: documents as they were given."""
    existing = contents.get(type_, key)
    assert existing is not None
    found = {**existing.properties, **told_of_others(contents, type_, key, existing.properties)}
    answered = as_aws_answers(type_, found, documents=False)
    return {**answered, **_unreadable(type_, _without_defaults(inputs))}


def _unreadable(type_: str, properties: Properties) -> Properties:
    return {key: properties[key] for key in traits_of(type_).unreadable & properties.keys()}


def _readable(type_: str, inputs: Properties) -> Properties:
    unreadable = traits_of(type_).unreadable
    return {key: value for key, value in _without_defaults(inputs).items() if key not in unreadable}


def _without_defaults(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_defaults(item) for key, item in value.items() if key != DEFAULTS}
    return [_without_defaults(item) for item in value] if isinstance(value, list) else value
