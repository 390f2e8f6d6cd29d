"""Answer the engine as Pulumi's language host for Python does."""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from tests.engine.language_host.environment import environment_of, python_of
from tests.engine.language_host.processes import Processes, stop
from tests.engine.language_host.run_program import SHOWN
from tests.engine.language_host.serving import serving
from tests.engine.language_host.stand_in import StandIn, told_environment

_RUN_PROGRAM = Path(__file__).with_name("run_program.py")
# Run by the program's own Python: which packages it has that bring a provider.
_PACKAGES = """
import importlib.metadata, json
found = []
for distribution in importlib.metadata.distributions():
    for file in distribution.files or ():
        if file.name == "pulumi-plugin.json":
            package = {"package": distribution.metadata["Name"], "of": distribution.version}
            found.append(json.loads(file.read_text()) | package)
print(json.dumps(found))
"""
Said = queue.Queue[language_pb2.RunPluginResponse | None]


class Host(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs programs and policy packs for the engine at the address, which an attached host learns by its handshake."""

    def __init__(self, engine: str, processes: Processes) -> None:
        self._engine = engine
        self._processes = processes

    def Handshake(self, request: Any, context: Any) -> Any:
        self._engine = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo()

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:
        command = [python_of(request.info), "-c", _PACKAGES]
        said = subprocess.run(command, check=True, capture_output=True).stdout
        packages = [_package(each) for each in json.loads(said) if each.get("resource")]
        return language_pb2.GetRequiredPackagesResponse(packages=packages)

    def GetProgramDependencies(self, request: Any, context: Any) -> Any:
        return language_pb2.GetProgramDependenciesResponse()

    def About(self, request: Any, context: Any) -> Any:
        return language_pb2.AboutResponse(executable=sys.executable, version=sys.version.split()[0])

    def InstallDependencies(self, request: Any, context: Any) -> Any:
        return iter(())

    def RuntimeOptionsPrompts(self, request: Any, context: Any) -> Any:
        return language_pb2.RuntimeOptionsResponse()

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def Run(self, request: Any, context: Any) -> Any:
        """Run the program in a process of its own until it ends; the engine that hangs up interrupts it."""
        environment = environment_of(request.info) | {
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        process = self._processes.run(self._command(request), environment)
        _when_it_hangs_up(context, lambda: stop(process, signal.SIGINT))
        code = process.wait()
        if code == SHOWN:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=f"program exited with non-zero exit code: {code}" if code else "")

    def RunPlugin(self, request: Any, context: Any) -> Any:
        """Run a policy pack; the engine reads its streams as they come, and the stand-in's port first of all."""
        if request.kind != "analyzer":
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"this double runs no plugin of kind {request.kind}")
        stand_in = StandIn()
        with serving(lambda server: server.add_generic_rpc_handlers((stand_in,))) as port, stand_in.waiting():
            yield language_pb2.RunPluginResponse(stdout=f"{port}\n".encode())
            _when_it_hangs_up(context, stand_in.configuration.cancel)
            try:
                configuration = stand_in.configuration.result()
            except CancelledError:
                return
            with self._pack(request, told_environment(configuration)) as process:
                _when_it_hangs_up(context, lambda: stop(process, signal.SIGKILL))
                yield from _lines(process, stand_in)
                yield language_pb2.RunPluginResponse(exitcode=process.wait())

    def _command(self, request: Any) -> list[str]:
        options = {
            "monitor": request.monitor_address,
            "engine": self._engine,
            "project": request.project,
            "root": request.info.root_directory,
            "stack": request.stack,
            "pwd": request.pwd,
            "dry-run": str(request.dryRun).lower(),
            "parallel": str(request.parallel),
            "organization": request.organization,
        }
        given = [f"--{key}={value}" for key, value in options.items() if value]
        # -P: what stands beside the script is no module of the program's.
        return [python_of(request.info), "-P", str(_RUN_PROGRAM), *given, request.info.entry_point, *request.args]

    def _pack(self, request: Any, told: dict[str, str]) -> subprocess.Popen[bytes]:
        folder = Path(request.info.program_directory)
        given = dict(each.split("=", 1) for each in request.env)
        command = [python_of(request.info), "-u", "-m", "pulumi.policy", *request.args, str(folder)]
        return self._processes.watch(command, environment_of(request.info) | given | told, folder)


def _when_it_hangs_up(context: Any, do: Callable[[], object]) -> None:
    """Do it as soon as the engine ends the call, at once when it has."""
    if not context.add_callback(do):
        do()


def _package(found: dict[str, Any]) -> plugin_pb2.PackageDependency:
    return plugin_pb2.PackageDependency(
        kind="resource",
        name=found.get("name") or found["package"],
        version=found.get("version") or found["of"],
    )


def _lines(process: subprocess.Popen[bytes], stand_in: StandIn) -> Iterator[language_pb2.RunPluginResponse]:
    """Yield what the pack prints on both streams until both end; its first line is its port."""
    assert process.stdout is not None
    assert process.stderr is not None
    said: Said = queue.Queue()
    streams = {"stdout": process.stdout, "stderr": process.stderr}

    def read(name: str) -> None:
        if name == "stdout":
            stand_in.first_line(streams[name].readline())
        for line in streams[name]:
            response = language_pb2.RunPluginResponse()
            setattr(response, name, line)
            said.put(response)
        said.put(None)

    for name in streams:
        threading.Thread(target=read, args=(name,), daemon=True).start()
    for _ in streams:
        yield from iter(said.get, None)
