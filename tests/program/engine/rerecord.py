"""Record what the real engine says, for the tests that have none: `python -m tests.program.engine.rerecord`.

Needs `pulumi` on PATH, takes minutes, and writes recorded/ anew. Each scene is a folder: answer.json (exit code,
stderr, and stdout where the code reads it) and events.jsonl, trimmed to what the code reads, one event a line.
"""

from __future__ import annotations

import getpass
import json
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from policies.limits import load_limits
from policies.pack_config import policy_config
from program.offline.check import check_one
from program.offline.result import StackResult
from program.offline.stacks import read_stack
from program.project.stackfile import read_stack_file
from tests.engine.cloud_file import CloudFile, Fault
from tests.engine.harness import STACK, Engine, Result, make_engine
from tests.program.cli.running import change

RECORDED = Path(__file__).parent / "recorded"
# The recordings are replaced whole, or not at all.
_NEW = RECORDED.with_name("recorded.new")
CLUSTER = "aws:rds/cluster:Cluster"
PREVIEW = ("preview", "--json", "--policy-pack", "policies", "--save-plan", "plan.json")
UP = ("up", "--yes", "--policy-pack", "policies", "--plan", "plan.json")
REFRESH = ("refresh", "--preview-only")
_SIDE = ("custom", "id", "inputs", "outputs")
_STEP = ("op", "urn", "type", "diffs", "keys")
_POLICY = ("resourceUrn", "message", "policyName", "policyPackName", "enforcementLevel")
_STATE = ("urn", "custom", "id", "type", "inputs", "outputs")
_AS_IT_WAS = ("same", "read", "refresh")


def main() -> None:
    shutil.rmtree(_NEW, ignore_errors=True)
    _NEW.mkdir()
    stack = read_stack(read_stack_file(STACK), load_limits())
    declared = TypeAdapter(StackResult).dump_json(check_one(stack, load_limits()))
    _write("declared.json", _by_line(json.loads(declared), "resources", "findings"))
    with tempfile.TemporaryDirectory(prefix="rerecord-") as scratch:
        folder = Path(scratch).resolve()
        engine = make_engine(_made(folder / "engine"))
        engine.make_network(STACK)
        engine.must("stack", "init", STACK)
        _before_deployment(engine, folder)
        with engine.provider(STACK):
            _scene("first-up", engine, *UP)
            _export("deployed", engine)
            _scene("unchanged-preview", engine, *PREVIEW)
            _scene("clean-refresh", engine, *REFRESH)
        _after_deployment(engine, folder)
    _refuse_traces()
    shutil.rmtree(RECORDED, ignore_errors=True)
    _NEW.rename(RECORDED)


def _before_deployment(engine: Engine, folder: Path) -> None:
    with engine.provider(STACK):
        _scene("first-preview", engine, *PREVIEW)
    copy = engine.copied_to(_made(folder / "violating"))
    change(copy.project, "program/service/components/database.py", "storage_encrypted=True", "storage_encrypted=False")
    with copy.provider(STACK):
        _scene("violating-preview", copy, *PREVIEW)
    copy = engine.copied_to(_made(folder / "failing"))
    with copy.provider(STACK) as cloud:
        cloud.fail(Fault(operation="Create", type=CLUSTER, message="AccessDenied: rds:CreateDBCluster is not allowed"))
        _scene("failing-up", copy, *UP)
        _export("half-deployed", copy)


def _after_deployment(engine: Engine, folder: Path) -> None:
    copy = engine.copied_to(_made(folder / "changed"))
    file = f"stacks/Pulumi.{STACK}.yaml"
    change(
        copy.project, file, "config:\n", "config:\n  parity:databaseName: another\n  parity:lambdaTimeoutSeconds: 20\n"
    )
    with copy.provider(STACK):
        _scene("changing-preview", copy, *PREVIEW)
        _scene("changing-up", copy, *UP)
    copy = engine.copied_to(_made(folder / "drifted"))
    with copy.provider(STACK) as cloud:
        _drift(cloud)
        _scene("drifted-refresh", copy, *REFRESH)
        cloud.fail(Fault(operation="Read", type=CLUSTER, message="AccessDenied: rds:DescribeDBClusters is not allowed"))
        _scene("failing-refresh", copy, *REFRESH)
    _analysis("clean-analysis", engine, folder, encrypted=True)
    _analysis("violating-analysis", engine, folder, encrypted=False)
    with engine.provider(STACK):
        _scene("destroy", engine, "destroy", "--yes")
        _export("destroyed", engine)


def _drift(cloud: CloudFile) -> None:
    """Change a property, one below another, a JSON document, what only outputs tell, and remove a resource."""
    cloud.set_property("database-cluster", "backupRetentionPeriod", 1)
    cloud.set_property("lambda-app-function", "environment.variables.DEBUG", "1")
    policy = cloud.properties("lambda-app-policy")["policy"]
    cloud.set_property("lambda-app-policy", "policy", policy.replace("ec2:", "s3:"))
    anybody = {"protocol": "tcp", "fromPort": 5432, "toPort": 5432, "cidrBlocks": ["0.0.0.0/0"], "self": False}
    cloud.set_property("database-security-group", "ingress", [anybody])
    cloud.set_property("lambda-app-role", "managedPolicyArns", ["arn:aws:iam::aws:policy/AdministratorAccess"])
    cloud.set_property("lambda-app-function", "codeSha256", "another")
    cloud.remove("monitoring-app-errors")


def _analysis(name: str, engine: Engine, folder: Path, *, encrypted: bool) -> None:
    """Let the pack judge what is deployed, with a cluster that is encrypted, or is not any more."""
    exported = engine.export(STACK)
    for resource in exported["deployment"]["resources"]:
        if resource["type"] == CLUSTER:
            resource["inputs"]["storageEncrypted"] = encrypted
    stack = read_stack(read_stack_file(STACK), load_limits())
    assert stack.settings is not None
    state, told = folder / "state.json", folder / "config.json"
    state.write_text(json.dumps(exported))
    told.write_text(json.dumps(policy_config(stack.settings.environment, load_limits(), dict(stack.file.config))))
    result = engine.pulumi(
        *("policy", "analyze", "--json", "--file", str(state)),
        *("--policy-pack", "policies", "--policy-pack-config", str(told)),
    )
    events = [json.loads(line) for line in result.stdout.splitlines()]
    _answer(name, result, {})
    lines = [json.dumps(event, sort_keys=True) for event in _trimmed(events, "policy")]
    _write(f"{name}/events.jsonl", _cleaned("\n".join(lines) + "\n"))


def _scene(name: str, engine: Engine, *command: str) -> None:
    """Run the command of the CLI and record what it says."""
    sys.stderr.write(f"{name} ...\n")
    result, events = engine.events(*command, "--stack", STACK)
    _answer(name, result, {"stdout": "preview.json"} if "--json" in command else {})
    if "--json" in command:
        _write(f"{name}/preview.json", _cleaned(_preview(result)))
    if "--save-plan" in command and result.code == 0:
        _write(f"{name}/plan.json", _plan(json.loads((engine.project / "plan.json").read_text())))
    lines = [json.dumps(event, sort_keys=True) for event in _trimmed(events, command[0])]
    _write(f"{name}/events.jsonl", _cleaned("\n".join(lines) + "\n"))


def _answer(name: str, result: Result, more: dict[str, str]) -> None:
    (_NEW / name).mkdir()
    answer = json.dumps({"code": result.code, "stderr": result.stderr, **more}, indent=2)
    _write(f"{name}/answer.json", _cleaned(f"{answer}\n"))


def _export(name: str, engine: Engine) -> None:
    exported = engine.export(STACK)
    deployment = exported["deployment"]
    kept = {
        "resources": [_only(resource, _STATE) for resource in deployment.get("resources") or []],
        "pending_operations": deployment.get("pending_operations") or [],
    }
    text = _by_line(kept, "resources", "pending_operations")
    _write(f"{name}.json", _cleaned(f'{{"version": 3, "deployment": {text.rstrip()}}}\n'))


def _preview(result: Result) -> str:
    """Return of what `preview --json` prints where each planned property comes from."""
    try:
        steps = json.loads(result.stdout).get("steps") or []
    except ValueError:
        return result.stdout
    kept = [
        {"newState": _only(step["newState"], ("urn", "type", "propertyDependencies"))}
        for step in steps
        if step.get("newState")
    ]
    return _by_line({"steps": kept}, "steps")


def _plan(plan: dict[str, Any]) -> str:
    """Return of a plan what it does to each resource, one a line."""
    lines = (
        f"{json.dumps(urn)}: {json.dumps(_only(planned, ('steps',)))}"
        for urn, planned in sorted(plan["resourcePlans"].items())
    )
    return '{"resourcePlans": {\n' + ",\n".join(lines) + "\n}}\n"


def _trimmed(events: list[dict[str, Any]], command: str) -> Iterator[dict[str, Any]]:
    for event in events:
        if "policyEvent" in event:
            yield {"policyEvent": _only(event["policyEvent"], _POLICY)}
        elif "diagnosticEvent" in event and event["diagnosticEvent"]["severity"] in ("error", "warning"):
            yield {"diagnosticEvent": _only(event["diagnosticEvent"], ("urn", "severity", "message"))}
        elif "summaryEvent" in event:
            yield {"summaryEvent": _only(event["summaryEvent"], ("durationSeconds",))}
        elif "resOpFailedEvent" in event:
            metadata = _only(event["resOpFailedEvent"]["metadata"], ("op", "urn", "type"))
            yield {"resOpFailedEvent": {"metadata": metadata}}
        for kind in ("policyAnalyzeSummaryEvent", "policyAnalyzeStackSummaryEvent"):
            if kind in event:
                yield {kind: _only(event[kind], ("policyPackName", "passed"))}
        for kind in ("resourcePreEvent", "resOutputsEvent"):
            if kind in event:
                yield {kind: _step(event[kind], kind, command)}


def _step(event: dict[str, Any], kind: str, command: str) -> dict[str, Any]:
    metadata = event["metadata"]
    kept = _only(metadata, _STEP)
    ended = command == "refresh" and kind == "resOutputsEvent"
    moved = ended and _outputs(metadata, "old") != _outputs(metadata, "new")
    for side in ("old", "new"):
        if side == "old" and metadata["op"] in _AS_IT_WAS and metadata.get("new") and not moved:
            continue
        if metadata.get(side):
            kept[side] = _side(metadata, side, kind, command, moved=moved)
    return {"metadata": kept, **_only(event, ("planning",))}


def _outputs(metadata: dict[str, Any], side: str) -> Any:
    return (metadata.get(side) or {}).get("outputs")


def _side(metadata: dict[str, Any], side: str, kind: str, command: str, *, moved: bool) -> dict[str, Any]:
    """Return what the code reads of a side: a refresh says what has changed, an update its inputs."""
    names = set(_SIDE)
    if command == "refresh" and (metadata["op"] in _AS_IT_WAS or kind == "resourcePreEvent"):
        names = {"custom", "id", "outputs"} if moved else {"custom"}
    elif command in ("up", "destroy"):
        names -= {"outputs"}
        if kind == "resourcePreEvent" or metadata["op"] in _AS_IT_WAS:
            names = {"custom"}
    elif command == "preview" and (kind == "resourcePreEvent" or side == "old"):
        names -= {"outputs"}
    return _only(metadata[side], names)


def _only(data: dict[str, Any], names: Any) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key in names}


def _by_line(data: dict[str, Any], *lists: str) -> str:
    """Return the data as JSON with each item of the named lists on a line of its own."""
    parts = []
    for key, value in data.items():
        if key in lists and value:
            items = ",\n".join(json.dumps(item, sort_keys=True) for item in value)
            parts.append(f"{json.dumps(key)}: [\n{items}\n]")
        else:
            parts.append(f"{json.dumps(key)}: {json.dumps(value, sort_keys=True)}")
    return "{" + ",\n".join(parts) + "}\n"


def _cleaned(text: str) -> str:
    """Return the text without the places of this machine."""
    text = re.sub(r'/[^"\s]*/rerecord-\w+/\w+/project', "/project", text)
    return re.sub(r'/[^"\s]*/rerecord-\w+/\w+', "/engine", text).replace(sys.prefix, "/python")


def _refuse_traces() -> None:
    # The host as a word: a short name stands in what is encrypted by chance.
    plain = {str(Path.home()), f"{getpass.getuser()}@", tempfile.gettempdir(), sys.prefix}
    traces = [*map(re.escape, sorted(plain)), rf"\b{re.escape(socket.gethostname())}\b"]
    for file in sorted(_NEW.rglob("*.json*")):
        text = file.read_text()
        found = [trace for trace in traces if re.search(trace, text)]
        assert not found, f"{file} names this machine: {found}"


def _write(name: str, text: str) -> None:
    (_NEW / name).write_text(text)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    main()
