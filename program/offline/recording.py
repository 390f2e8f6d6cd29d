"""Run the program for one stack in this process, and record every registration instead of making it."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlparse

from google.protobuf import empty_pb2, json_format
from pulumi.errors import RunError
from pulumi.runtime import config as pulumi_config
from pulumi.runtime.mocks import MockEngine, MockMonitor, MockSettings
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import SETTINGS, configure
from pulumi.runtime.stack import run_in_stack

from program.manifest.canonical import JsonObject
from program.offline.options import options_of
from program.offline.packs import ORGANIZATION
from program.offline.recordings import Registration
from program.offline.simulation import STACK_REFERENCE, Cloud, SimulatedCloud
from program.offline.source_lines import is_shared
from program.project.definition import ROOT, SERVICE, Project
from program.project.stackfile import SECRET_MARKER

PROGRAM = ROOT / "program"
_WITH_A_CALLER = 2
STACK_TYPE = "pulumi:pulumi:Stack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """All that the program registered, in order, and what it exported, read of the network and warned of."""

    registrations: tuple[Registration, ...]
    outputs: JsonObject
    networking: JsonObject
    references: tuple[Registration, ...]
    warnings: tuple[str, ...]


class ProgramError(Exception):
    """The program stopped; the text is one line, `source` the line of ours where it did."""

    def __init__(self, message: str, source: str | None) -> None:
        super().__init__(message)
        self.source = source


def record(
    program: Callable[[], None], *, stack: str, config: Mapping[str, str], cloud: Cloud, project: Project = SERVICE
) -> Recording:
    """Run the project's program as Pulumi would for the stack; raise ProgramError when it raises.

    Pulumi's runtime is global: one recording at a time in a process.
    """
    monitor = _RecordingMonitor(SimulatedCloud(cloud), project, stack)
    warnings = _Warnings()
    logger = logging.getLogger(f"{__name__}.{stack}")
    logger.addHandler(warnings)
    # As the engine does, which says of each key whether the stack file keeps it encrypted.
    pulumi_config.set_all_config(dict(config), [key for key, value in config.items() if value == SECRET_MARKER])
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    configure(
        MockSettings(
            monitor=monitor,
            monitor_features=set(monitor.GetDeploymentInfo(empty_pb2.Empty()).supportedFeatures),
            engine=MockEngine(logger),
            project=project.name(),
            stack=stack,
            dry_run=False,
            organization=ORGANIZATION,
            callbacks=None,
        )
    )
    try:
        loop.run_until_complete(run_in_stack(partial(_until_settled, program)))
    except (Exception, SystemExit) as error:
        raise ProgramError(_one_line(error), _last_line_of_ours(error)) from error
    finally:
        logger.removeHandler(warnings)
        _cancel_the_rest(loop)
        asyncio.set_event_loop(None)
        loop.close()
    return Recording(
        registrations=tuple(monitor.registrations),
        outputs=monitor.stack_outputs,
        networking=monitor.networking,
        references=tuple(monitor.references),
        warnings=tuple(warnings.messages),
    )


async def _until_settled(program: Callable[[], None]) -> None:
    """Run the program, and wait for all outputs that it has made at once.

    Pulumi waits for one output after the other, and looks at all others each time: a fifth of a recording's time.
    """
    program()
    while waited_for := {task for task in SETTINGS.outputs if not task.done()}:
        done, _ = await asyncio.wait(waited_for, return_when=asyncio.FIRST_EXCEPTION)
        if any(task.exception() for task in done if not task.cancelled()):
            return


def _cancel_the_rest(loop: asyncio.AbstractEventLoop) -> None:
    """End what a program that stopped left waiting, which asyncio would complain of on stderr."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))


class _RecordingMonitor(MockMonitor):
    """Keeps every request; makes URNs as the engine does, which Pulumi's mocks don't."""

    def __init__(self, cloud: SimulatedCloud, project: Project, stack: str) -> None:
        super().__init__(cloud)
        self.registrations: list[Registration] = []
        self.stack_outputs: JsonObject = {}
        self.networking: JsonObject = {}
        self.references: list[Registration] = []
        self._urn = f"urn:pulumi:{stack}::{project.name()}"

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        parent_type = parent.split("::")[2] if parent else STACK_TYPE
        qualified = type_ if parent_type == STACK_TYPE else f"{parent_type}${type_}"
        return f"{self._urn}::{qualified}::{name}"

    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest) -> object:  # noqa: N802
        response = super().RegisterResource(request)
        self.registrations.append(
            Registration(
                urn=response.urn,
                type=request.type,
                name=request.name,
                parent=request.parent,
                custom=request.custom,
                properties=request.object,
                outputs=_outputs(response, custom=request.custom),
                dependencies=tuple(sorted(request.dependencies)),
                property_dependencies={
                    key: tuple(sorted(value.urns)) for key, value in sorted(request.propertyDependencies.items())
                },
                protect=request.protect,
                retain_on_delete=request.retainOnDelete,
                ignore_changes=tuple(request.ignoreChanges),
                source=_maker(request),
                provider=request.provider,
                options=options_of(request),
            )
        )
        return response

    def ReadResource(self, request: resource_pb2.ReadResourceRequest) -> object:  # noqa: N802
        response = super().ReadResource(request)
        if request.type == STACK_REFERENCE:
            outputs: JsonObject = json_format.MessageToDict(response.properties)
            self.networking = json_format.MessageToDict(response.properties)["outputs"]
            self.references.append(_reference(request, response.urn, outputs))
        return response

    def RegisterResourceOutputs(self, request: resource_pb2.RegisterResourceOutputsRequest) -> object:  # noqa: N802
        if f"::{STACK_TYPE}::" in request.urn:
            self.stack_outputs = json_format.MessageToDict(request.outputs)
        return super().RegisterResourceOutputs(request)


# By identity: a logger takes no handler that equals one it has.
@dataclass(eq=False)
class _Warnings(logging.Handler):
    messages: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def _reference(request: resource_pb2.ReadResourceRequest, urn: str, outputs: JsonObject) -> Registration:
    return Registration(
        urn=urn,
        type=request.type,
        name=request.name,
        parent=request.parent,
        custom=True,
        properties=request.properties,
        outputs=outputs,
        dependencies=(),
        property_dependencies={},
        protect=False,
        retain_on_delete=False,
        ignore_changes=(),
        source=_source(request.sourcePosition.uri, request.sourcePosition.line),
    )


def _outputs(response: resource_pb2.RegisterResourceResponse, *, custom: bool) -> JsonObject:
    if not custom:
        return {}
    return {**json_format.MessageToDict(response.object), "id": response.id}


def _source(uri: str, line: int) -> str | None:
    """Return `file:line` relative to the project; None for what isn't the program's."""
    return _place(_path(uri), line)


def _maker(request: resource_pb2.RegisterResourceRequest) -> str | None:
    """Return the line that makes the resource; of a method that components share, the line that calls it."""
    made = _source(request.sourcePosition.uri, request.sourcePosition.line)
    path, line = _path(request.sourcePosition.uri), request.sourcePosition.line
    if made is None or len(request.stackTrace.frames) < _WITH_A_CALLER or not is_shared(path, line):
        return made
    caller = request.stackTrace.frames[1].pc
    return _source(caller.uri, caller.line) or made


def _path(uri: str) -> Path:
    return Path(unquote(urlparse(uri).path))


def _place(path: Path, line: int) -> str | None:
    return f"{path.relative_to(ROOT).as_posix()}:{line}" if path.is_relative_to(PROGRAM) else None


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, BaseExceptionGroup):
        text = f"{text}: {'; '.join(map(_one_line, error.exceptions))}"
    return text if isinstance(error, RunError) else f"{type(error).__name__}: {text}"


def _last_line_of_ours(error: BaseException) -> str | None:
    frames = traceback.extract_tb(error.__traceback__)
    sources = [_place(Path(frame.filename), frame.lineno or 1) for frame in frames if frame.filename != __file__]
    return next((source for source in reversed(sources) if source is not None), None)
