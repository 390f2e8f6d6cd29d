"""What GitHub sends a workflow, as far as the project reads it, and the runner's variables that go with it."""

import json

REPOSITORY = "octo/parity"
BACKEND = "s3://state"


def pull_request(number=7, *, source=REPOSITORY, author="dana", labels=(), **more):
    """Return the payload of a pull request from that repository; None for a fork that was deleted."""
    pull = {
        "number": number,
        "labels": [{"name": label} for label in labels],
        "head": {"repo": None if source is None else {"full_name": source}},
        "user": {"login": author},
    }
    return {"pull_request": pull, **more}


def labelled(label, **more):
    """Return the payload of a pull request on which somebody has just set the label."""
    return pull_request(labels=[label], action="labeled", label={"name": label}, **more)


def variables(folder, name, payload, *, actor="dana", **others):
    """Write the event, and return the environment of a step."""
    path = folder / "event.json"
    path.write_text(json.dumps(payload))
    return {
        "GITHUB_ACTOR": actor,
        "GITHUB_EVENT_NAME": name,
        "GITHUB_EVENT_PATH": str(path),
        "GITHUB_REPOSITORY": REPOSITORY,
        "PULUMI_BACKEND_URL": BACKEND,
        **others,
    }
