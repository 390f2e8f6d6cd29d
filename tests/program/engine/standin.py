"""A `pulumi` for tests that have no engine: it says what it is told to say, or what a real one was recorded saying."""

import json
import os
import sys
from itertools import pairwise
from pathlib import Path

from pydantic import TypeAdapter

from policies.limits import load_limits
from program.engine.pulumi_cli.checkpoint import parse_checkpoint
from program.engine.pulumi_cli.events import read_events
from program.offline.result import StackResult
from program.offline.stacks import read_stack
from program.project.stackfile import read_stack_file, stack_names

RECORDED = Path(__file__).parent / "recorded"
# The stack that was recorded.
STACK = stack_names()[0]
VERSION = "v9.8.7"
NO_SUCH_STACK = {"code": 6, "stderr": f"error: no stack named '{STACK}' found\n"}
# How an update that is cut off leaves a resource: an operation without an end.
CUT_OFF = ("creating", "updating")
# Relative paths to copy and to write are of the folder that it is run in. A later answer to the same command is the
# next in its list; the last one stays.
_SCRIPT = """\
#!{python} -SE
import json, os, pathlib, signal, sys, time

folder = pathlib.Path({folder!r})
words = sys.argv[1:]
options = dict(zip(words, words[1:]))
first = next((index for index, word in enumerate(words) if word.startswith("-")), len(words))
command = " ".join(words[:first])
calls = folder / "calls.jsonl"
before = [json.loads(line)["command"] for line in calls.read_text().splitlines()] if calls.exists() else []
with calls.open("a") as stream:
    stream.write(json.dumps({{
        "command": command,
        "options": words[first:],
        "environment": {{key: value for key, value in os.environ.items() if key.startswith("PULUMI_")}},
        "folder": os.getcwd(),
        "cache": os.environ.get("PYTHONPYCACHEPREFIX"),
    }}) + "\\n")
told = json.loads((folder / "answers.json").read_text()).get(command)
if told is None:
    sys.exit(f"the stand-in has no answer to {{command!r}}")
later = before.count(command) - told["calls"]
answer = told["answers"][min(later, len(told["answers"]) - 1)]

def end(number, frame):
    print("stopping", file=sys.stderr, flush=True)
    sys.exit(255)

for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN if answer.get("deaf") else end)
if "events" in answer and "--event-log" in options:
    pathlib.Path(options["--event-log"]).write_text(pathlib.Path(answer["events"]).read_text())
if "--save-plan" in options and "plan" in answer:
    pathlib.Path(options["--save-plan"]).write_text(answer["plan"])
for file, copy in answer.get("copies", {{}}).items():
    pathlib.Path(copy).write_text(pathlib.Path(file).read_text())
for file, text in answer.get("writes", {{}}).items():
    pathlib.Path(file).write_text(text)
for number in answer.get("signals", ()):
    # The caller's handler is there long before.
    time.sleep(0.4)
    os.kill(os.getppid(), number)
time.sleep(answer.get("seconds", 0))
sys.stdout.write(answer.get("stdout", ""))
sys.stderr.write(answer.get("stderr", ""))
sys.stdout.flush()
sys.exit(answer.get("code", 0))
"""


class StandIn:
    """The CLI in a folder of its own; `path` is a PATH with it first."""

    def __init__(self, folder):
        folder.mkdir()
        self._folder = folder
        write_executable(folder / "pulumi", _SCRIPT.format(python=sys.executable, folder=str(folder)))
        self.path = f"{folder}{os.pathsep}{os.environ['PATH']}"
        self._answers = {}
        self.answer("version", stdout=f"{VERSION}\n")
        self.answer("stack init")
        self.answer("stack rm")

    def answer(self, command, *answers, **answer):
        """Say this to the command: one answer, or several, one after the other."""
        before = [call["command"] for call in self.calls].count(command)
        self._answers[command] = {"calls": before, "answers": list(answers) or [answer]}
        (self._folder / "answers.json").write_text(json.dumps(self._answers))

    def replay(self, *scenes, **more):
        """Say to each scene's command what was recorded of it."""
        for scene in scenes:
            self.answer(_command(scene), **(recorded_answer(scene) | more))

    def export(self, *states):
        """Answer `stack export` with recorded states (None: there is no such stack), one after the other."""
        self.answer(
            "stack export", *(NO_SUCH_STACK if state is None else {"stdout": exported(state)} for state in states)
        )

    def cut_off(self, word):
        """Answer `stack export` with what an update that was cut off left; return how that is named."""
        state = json.loads(exported("deployed"))
        deployment = state["deployment"]
        left = next(item for item in deployment["resources"] if item["urn"].endswith("::database-cluster"))
        deployment["pending_operations"] = [{"type": word, "resource": left}]
        self.answer("stack export", stdout=json.dumps(state))
        return f"{word} {left['urn']}"

    @property
    def calls(self):
        file = self._folder / "calls.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    @property
    def commands(self):
        """Return the commands that were called, without the question for the version."""
        return [call["command"] for call in self.calls if call["command"] != "version"]

    def call(self, command):
        """Return the last call of the command."""
        return [call for call in self.calls if call["command"] == command][-1]

    def options(self, command):
        """Return the options of the last call of the command, those that have none with an empty value."""
        words = [*self.call(command)["options"], "--"]
        return {
            word: "" if following.startswith("--") else following
            for word, following in pairwise(words)
            if word.startswith("--")
        }


def write_executable(file, text):
    file.write_text(text)
    file.chmod(0o755)


def recorded_answer(scene):
    """Return how the recorded command ended; its event log is copied from the recording."""
    folder = RECORDED / scene
    answer = json.loads((folder / "answer.json").read_text()) | {"events": str(folder / "events.jsonl")}
    if (folder / "plan.json").exists():
        answer["plan"] = (folder / "plan.json").read_text()
    if "stdout" in answer:
        answer["stdout"] = (folder / answer["stdout"]).read_text()
    if _command(scene) == "policy analyze":
        answer["stdout"] = (folder / "events.jsonl").read_text()
    return answer


def _command(scene):
    words = scene.rpartition("-")[2]
    return "policy analyze" if words == "analysis" else words


def exported(name):
    """Return what `pulumi stack export` printed; `empty` is a stack that was made and never deployed."""
    return '{"version": 3, "deployment": {}}' if name == "empty" else (RECORDED / f"{name}.json").read_text()


def recorded_log(scene):
    return read_events(RECORDED / scene / "events.jsonl")


def recorded_checkpoint(name):
    return parse_checkpoint(exported(name), name)


def recorded_check():
    """Return what the offline check of the recorded stack's code said."""
    return TypeAdapter(StackResult).validate_json((RECORDED / "declared.json").read_bytes())


def stack_of(name=STACK, file=None):
    return read_stack(read_stack_file(name, file=file), load_limits())
