"""The double of the language host by itself: it runs programs and packs as the engine asks, and leaves nothing."""

import json
import os
import subprocess
import sys
import threading

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, language_pb2, language_pb2_grpc

from tests.engine.fake_engine import fake_engine
from tests.engine.language_host.install import NAME, install
from tests.engine.language_host.plugin import serve

SECONDS = 60


@pytest.fixture
def host():
    with serve() as port, grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield language_pb2_grpc.LanguageRuntimeStub(channel)


@pytest.fixture
def engine(host):
    """Return an engine that the host has shaken hands with, and its address."""
    with fake_engine() as (engine, address):
        host.Handshake(language_pb2.LanguageHandshakeRequest(engine_address=address))
        yield engine, address


def info(folder):
    options = struct_pb2.Struct()
    options.update({"virtualenv": sys.prefix})
    return language_pb2.ProgramInfo(
        root_directory=str(folder), program_directory=str(folder), entry_point=str(folder), options=options
    )


def ran(host, address, folder, program, **more):
    """Return how the program ended."""
    (folder / "__main__.py").write_text(program)
    request = language_pb2.RunRequest(
        project="p", stack="s", pwd=str(folder), monitor_address=address, info=info(folder), parallel=4, **more
    )
    return host.Run(request, timeout=SECONDS)


TELLS_ITSELF = """
import os, sys
import pulumi
pulumi.export("stack", f"{pulumi.get_project()}/{pulumi.get_stack()} of {pulumi.get_organization()}")
pulumi.export("dry", pulumi.runtime.is_dry_run())
pulumi.export("setting", pulumi.Config().require("setting"))
pulumi.export("secret", pulumi.runtime.config.is_config_secret("p:hidden"))
pulumi.export("folder", os.getcwd())
pulumi.export("python", sys.prefix)
pulumi.export("beside", "host" in sys.modules or any("language_host" in path for path in sys.path))
"""


def test_a_program_knows_its_stack_its_settings_and_its_own_python_alone(host, engine, tmp_path):
    heard, address = engine

    response = ran(
        *(host, address, tmp_path, TELLS_ITSELF),
        organization="o",
        dryRun=True,
        config={"p:setting": "given", "p:hidden": "x"},
        configSecretKeys=["p:hidden"],
    )

    assert (response.error, response.bail) == ("", False), "\n".join(heard.logged)
    assert heard.registered == [("pulumi:pulumi:Stack", "p-s")]
    assert heard.outputs == {
        "stack": "p/s of o",
        "dry": True,
        "setting": "given",
        "secret": True,
        "folder": str(tmp_path),
        "python": sys.prefix,
        "beside": False,
    }


@pytest.mark.parametrize(
    ("program", "error", "bail", "logged"),
    [
        pytest.param(
            "import pulumi\nraise pulumi.RunError('mend it')",
            "program exited with non-zero exit code: 1",
            False,
            "mend it",
            id="an error that is meant for people",
        ),
        pytest.param("def broken():\n    1 / 0\nbroken()", "", True, "line 3, in <module>", id="an exception"),
        pytest.param("import sys\nsys.exit(3)", "program exited with non-zero exit code: 3", False, "", id="an exit"),
    ],
)
def test_how_a_program_fails_is_told_once(host, engine, tmp_path, program, error, bail, logged):
    heard, address = engine

    response = ran(host, address, tmp_path, program)

    assert (response.error, response.bail) == (error, bail)
    assert logged in "".join(heard.logged)
    assert "runpy" not in "".join(heard.logged), "a traceback begins in the program"


def test_a_program_ends_when_the_engine_hangs_up(host, engine, tmp_path):
    _, address = engine
    (tmp_path / "__main__.py").write_text(
        "import os, pathlib, signal, time\n"
        "pathlib.Path('process').write_text(str(os.getpid()))\n"
        "try:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    pathlib.Path('interrupted').touch()\n"
    )
    request = language_pb2.RunRequest(
        project="p", stack="s", pwd=str(tmp_path), monitor_address=address, info=info(tmp_path)
    )
    call = host.Run.future(request)
    wait_for(tmp_path / "process")

    call.cancel()

    wait_for(tmp_path / "interrupted")


def wait_for(file):
    reached = threading.Event()
    for _ in range(SECONDS * 20):
        if file.exists():
            return
        reached.wait(0.05)
    pytest.fail(f"{file} never appeared")


def test_the_packages_that_bring_a_provider_are_named(host, tmp_path):
    request = language_pb2.GetRequiredPackagesRequest(info=info(tmp_path))

    found = {package.name: package for package in host.GetRequiredPackages(request, timeout=SECONDS).packages}

    assert found["aws"].kind == "resource"
    assert found["aws"].version


PACK = """
import json, os
from pulumi_policy import EnforcementLevel, PolicyPack, StackValidationPolicy
told = {key: value for key, value in os.environ.items() if key.startswith("PULUMI_")}
PolicyPack("told", policies=[
    StackValidationPolicy(name="told", description=json.dumps(told), validate=lambda args, report: None)
])
"""


class Pack:
    """A pack that the host runs, as the engine sees it."""

    def __init__(self, host, folder):
        request = language_pb2.RunPluginRequest(
            kind="analyzer", pwd=str(folder), args=["127.0.0.1:1"], env=["OWN=1"], info=info(folder)
        )
        self.said = host.RunPlugin(request, timeout=SECONDS)
        port = next(self.said).stdout.decode().strip()
        self.stub = analyzer_pb2_grpc.AnalyzerStub(grpc.insecure_channel(f"127.0.0.1:{port}"))


def pack(host, folder, program):
    (folder / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (folder / "__main__.py").write_text(program)
    return Pack(host, folder)


def test_a_pack_is_told_its_stack_before_it_starts(host, tmp_path):
    started = pack(host, tmp_path, PACK)

    started.stub.ConfigureStack(
        analyzer_pb2.AnalyzerStackConfigureRequest(
            stack="s", project="p", organization="o", dry_run=True, config={"p:a": "b"}
        )
    )
    (policy,) = started.stub.GetAnalyzerInfo(empty_pb2.Empty(), timeout=SECONDS).policies
    told = json.loads(policy.description)
    started.said.cancel()

    assert {key: told[key] for key in ("PULUMI_STACK", "PULUMI_PROJECT", "PULUMI_ORGANIZATION", "PULUMI_DRY_RUN")} == {
        "PULUMI_STACK": "s",
        "PULUMI_PROJECT": "p",
        "PULUMI_ORGANIZATION": "o",
        "PULUMI_DRY_RUN": "true",
    }
    assert json.loads(told["PULUMI_CONFIG"]) == {"p:a": "b"}


def test_a_pack_that_is_asked_at_once_is_told_nothing(host, tmp_path):
    started = pack(host, tmp_path, PACK)

    (policy,) = started.stub.GetAnalyzerInfo(empty_pb2.Empty(), timeout=SECONDS).policies
    started.said.cancel()

    assert "PULUMI_STACK" not in json.loads(policy.description)


def test_a_pack_that_dies_leaves_nobody_waiting_and_its_last_words_are_passed_on(host, tmp_path):
    started = pack(host, tmp_path, "import sys\nsys.exit('no such rule')")

    with pytest.raises(grpc.RpcError) as caught:
        started.stub.GetAnalyzerInfo(empty_pb2.Empty(), timeout=SECONDS)
    said = list(started.said)

    assert "policy pack not started: could not read its port: b''" in caught.value.details()
    assert "no such rule" in b"".join(each.stderr for each in said).decode()
    assert said[-1].exitcode == 1


def test_a_plugin_that_is_no_pack_is_refused(host, tmp_path):
    request = language_pb2.RunPluginRequest(kind="resource", info=info(tmp_path))

    with pytest.raises(grpc.RpcError) as caught:
        list(host.RunPlugin(request))

    assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_the_installed_host_says_its_port_and_ends_with_the_cli(tmp_path):
    executable = install(tmp_path)
    assert executable.name == NAME
    environment = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE")}

    with subprocess.Popen(
        [executable, "-logtostderr", "127.0.0.1:1"],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        port = process.stdout.readline()
        with grpc.insecure_channel(f"127.0.0.1:{int(port)}") as channel:
            about = language_pb2_grpc.LanguageRuntimeStub(channel).About(language_pb2.AboutRequest(), timeout=SECONDS)
        process.stdin.close()
        code = process.wait(SECONDS)

    assert about.executable == sys.executable
    assert code == 0
