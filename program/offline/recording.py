"""Run the program for one stack in this process, and record every registration instead of making it."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

from google.protobuf import empty_pb2
from pulumi.errors import RunError
from pulumi.runtime import config as pulumi_config
from pulumi.runtime.mocks import MockEngine, MockSettings
from pulumi.runtime.settings import SETTINGS, configure
from pulumi.runtime.stack import run_in_stack

from program.errors import Problem
from program.manifest.canonical import JsonObject
from program.offline.monitor import RecordingMonitor
from program.offline.packs import ORGANIZATION
from program.offline.recordings import Registration
from program.offline.simulation import Cloud, SimulatedCloud
from program.offline.source_lines import place_in_program
from program.offline.stack_traces import short_stack_traces
from program.project.definition import SERVICE, Project
from program.project.deployment import SettingsRefused
from program.project.stackfile import SECRET_MARKER

_SDK = "pulumi."
# No line of these is to be mended.
_RECORDER = (Path(__file__), Path(__file__).with_name("monitor.py"))
_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """All that the program registered, in order, and what it exported, read of the network and warned of."""

    registrations: tuple[Registration, ...]
    outputs: JsonObject
    networking: JsonObject
    references: tuple[Registration, ...]
    warnings: tuple[str, ...]


class ProgramError(Exception):
    """The program stopped; the text is one line, `source` the line of ours where it did.

    `refused` is what is wrong with the settings, where it stopped because of them.
    """

    def __init__(self, message: str, source: str | None, refused: tuple[Problem, ...]) -> None:
        super().__init__(message)
        self.source = source
        self.refused = refused


def record(
    program: Callable[[], None], *, stack: str, config: Mapping[str, str], cloud: Cloud, project: Project = SERVICE
) -> Recording:
    """Run the project's program as Pulumi would for the stack; raise ProgramError when it raises.

    Pulumi's runtime is global: one recording at a time in a process.
    """
    monitor = RecordingMonitor(SimulatedCloud(cloud), project, stack)
    warnings = _Warnings()
    logger = logging.getLogger(f"{__name__}.{stack}")
    logger.addHandler(warnings)
    # As the engine does, which says of each key whether the stack file keeps it encrypted.
    pulumi_config.set_all_config(dict(config), [key for key, value in config.items() if value == SECRET_MARKER])
    loop = asyncio.new_event_loop()
    loop.set_default_executor(_AtOnce())
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
        with short_stack_traces():
            loop.run_until_complete(run_in_stack(partial(_until_settled, program)))
    except (Exception, SystemExit) as error:
        refused = error.problems if isinstance(error, SettingsRefused) else ()
        raise ProgramError(_one_line(error), _last_line_of_ours(error), refused) from error
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


class _AtOnce(ThreadPoolExecutor):
    """Runs the SDK's own calls where they are: nothing waits for the answers, and threads would change their order.

    What the program itself gives to a thread runs in one: it may wait for something.
    """

    def submit(self, fn: Callable[_Given, _Answer], /, *args: _Given.args, **kwargs: _Given.kwargs) -> Future[_Answer]:
        """Return the answer, or what the call raised."""
        if not getattr(fn, "__module__", "").startswith(_SDK):
            return super().submit(fn, *args, **kwargs)
        future: Future[_Answer] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001  # whoever waits for the answer raises it
            future.set_exception(error)
        return future


# By identity: a logger takes no handler that equals one it has.
@dataclass(eq=False)
class _Warnings(logging.Handler):
    messages: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, BaseExceptionGroup):
        text = f"{text}: {'; '.join(map(_one_line, error.exceptions))}"
    return text if isinstance(error, RunError) else f"{type(error).__name__}: {text}"


def _last_line_of_ours(error: BaseException) -> str | None:
    frames = [(Path(frame.filename), frame.lineno or 1) for frame in traceback.extract_tb(error.__traceback__)]
    sources = [place_in_program(file, line) for file, line in frames if file not in _RECORDER]
    return next((source for source in reversed(sources) if source is not None), None)
