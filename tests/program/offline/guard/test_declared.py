"""What a change declares otherwise: by property, equal changes of several stacks once."""

from program.offline.guard.declared import DeclaredChange, declared_changes

TOPIC = "aws:sns/topic:Topic::alarms"
QUEUE = "aws:sqs/queue:Queue::jobs"


def manifest(memory=1024, **resources):
    return {
        "configuration": {"lambda": {"memory": memory}},
        "resources": {key: {"digest": "", "inputs": inputs} for key, inputs in resources.items()},
    }


def change(resource, path, before, after, *stacks):
    return DeclaredChange(resource=resource, property=path, before=before, after=after, stacks=stacks)


def test_the_same_manifests_are_no_change():
    sides = {"dev": manifest(**{TOPIC: {"name": "a"}}), "broken": None}

    assert declared_changes(sides, sides) == ()


def test_equal_changes_of_several_stacks_are_one():
    base = {stack: manifest(**{TOPIC: {"name": "a", "tags": {"x": "1"}}}) for stack in ("dev", "prod")}
    head = {stack: manifest(**{TOPIC: {"name": "a", "tags": {"x": "2"}}}) for stack in ("dev", "prod")}

    assert declared_changes(base, head) == (change(TOPIC, "tags.x", "1", "2", "dev", "prod"),)


def test_changes_that_differ_stand_apart():
    base = {"dev": manifest(1024), "prod": manifest(4096)}
    head = {"dev": manifest(2048), "prod": manifest(2048)}

    assert declared_changes(base, head) == (
        change("configuration", "lambda.memory", 1024, 2048, "dev"),
        change("configuration", "lambda.memory", 4096, 2048, "prod"),
    )


def test_a_resource_that_comes_or_goes_is_one_change():
    base = {"dev": manifest(**{TOPIC: {"name": "a", "more": "b"}})}
    head = {"dev": manifest(**{QUEUE: {"name": "a", "more": "b"}})}

    assert declared_changes(base, head) == (
        change(TOPIC, "(resource)", "present", None, "dev"),
        change(QUEUE, "(resource)", None, "present", "dev"),
    )


def test_a_stack_that_comes_goes_or_breaks_is_one_change():
    base = {"dev": manifest(), "prod": manifest()}
    head = {"dev": None, "qa": manifest()}

    assert declared_changes(base, head) == (
        change("stack", "(resource)", "present", "without a manifest", "dev"),
        change("stack", "(resource)", "present", None, "prod"),
        change("stack", "(resource)", None, "present", "qa"),
    )


def test_a_stack_that_was_broken_and_is_gone_is_a_change():
    assert declared_changes({"dev": None}, {}) == (change("stack", "(resource)", "without a manifest", None, "dev"),)
