"""One PostgreSQL for the session; for each test a role, a secret and a function of its own."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws

from tests.lambda_.certificates import Authority
from tests.lambda_.fake_secrets_manager import Event, FakeSecretsManager
from tests.lambda_.postgres import DATABASE, MASTER, MASTER_PASSWORD, Server, find_binaries
from tests.lambda_.roots import APP, ROTATION, load_root

_NUMBERS = itertools.count(1)


@dataclass(kw_only=True)
class Case:
    """One deployment: the server, the secrets, the rotation function and what it logged."""

    server: Server
    vault: FakeSecretsManager
    root: SimpleNamespace
    app_root: SimpleNamespace
    arn: str
    anchors: Any
    log: io.StringIO
    world: Any = None
    apps: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.telemetry = self.root.telemetry.Telemetry(
            stream=self.log, clock=lambda: 0, environment="test", secret=self.root.telemetry.secret_name(self.arn)
        )
        self.rebuild()

    def rebuild(self, **changes: object) -> None:
        """Deploy the function anew, with other anchors."""
        self.anchors = replace(self.anchors, **changes)
        self.world = self.root.handler.World(
            anchors=self.anchors,
            vault=self.root.vault.Vault(self.vault, self.anchors),
            database=self.root.database.Database(self.anchors, sleep=lambda _: None),
        )

    def function(self, event: Event) -> None:
        """Call the rotation function."""
        self.root.handler.rotate(event, self.telemetry, self.world)

    def rotate(self, **options: Any) -> str:
        """Rotate the secret once."""
        return self.vault.rotate(self.arn, self.function, **options)

    def password(self, stage: str = "AWSCURRENT") -> str:
        """Return the password of the secret's stage."""
        password: str = self.vault.document(self.arn, stage)["password"]
        return password

    def opens(self, password: str) -> bool:
        """Return whether the database takes the password from the role."""
        accepted: bool = self.world.database.accepts(password)
        return accepted

    def lines(self) -> list[dict[str, Any]]:
        """Return the log's lines, without the metrics."""
        lines = [json.loads(line) for line in self.log.getvalue().splitlines()]
        return [line for line in lines if "_aws" not in line]

    def outcomes(self) -> list[str]:
        """Return how each step went."""
        return [line["outcome"] for line in self.lines()]

    def bootstrap(self, **changes: object) -> dict[str, object]:
        """Return what a deployment puts in the secret: no password."""
        document: dict[str, object] = {
            "engine": "aurora-postgresql",
            "host": self.anchors.host,
            "port": self.anchors.port,
            "dbname": self.anchors.database,
            "username": self.anchors.username,
        }
        return {key: value for key, value in (document | changes).items() if value is not None}

    def make_app(self, **changes: object) -> Any:
        """Return a cold app that reads this secret."""
        settings = self.app_root.app_settings.AppSettings(
            **{
                "host": self.anchors.host,
                "port": self.anchors.port,
                "database": self.anchors.database,
                "secret_arn": self.arn,
                "environment": "test",
                "bundle": self.anchors.bundle,
                "secret_ttl_seconds": 300,
            }
            | changes
        )
        app = self.app_root.handler.make_app(settings, self.vault)
        self.apps.append(app)
        return app

    def ask(self, app: Any, path: str = "/health") -> tuple[int, dict[str, Any]]:
        """Return the app's status and answer."""
        answer = self.app_root.handler.respond({"rawPath": path}, lambda: app)
        return answer["statusCode"], json.loads(answer["body"])


@pytest.fixture(scope="session")
def binaries() -> Path:
    found = find_binaries()
    if found is None:
        pytest.skip("no PostgreSQL server is installed (Debian: apt-get install postgresql)")
    return found


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "authority")


@pytest.fixture(scope="session")
def server(binaries, authority) -> Iterator[Server]:
    server = Server(binaries, authority.sign("server", "localhost"))
    server.create()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def reader(binaries, authority, server) -> Iterator[Server]:
    reader = Server(binaries, authority.sign("reader", "localhost"))
    reader.create_reader_of(server)
    yield reader
    reader.remove()


@pytest.fixture(scope="session")
def rotation() -> SimpleNamespace:
    return load_root(ROTATION)


@pytest.fixture(scope="session")
def app() -> SimpleNamespace:
    return load_root(APP)


@pytest.fixture(scope="module")
def aws() -> Iterator[None]:
    """AWS for a module: secrets have names of their own, and botocore reads its models once."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("ACCESS_KEY_ID", "test"), ("SECRET_ACCESS_KEY", "test"), ("DEFAULT_REGION", "us-east-1")):
            patch.setenv(f"AWS_{name}", value)
        with mock_aws():
            yield


@pytest.fixture
def make_case(aws, server, authority, rotation, app) -> Iterator[Callable[..., Case]]:  # noqa: ARG001
    """Deploy a secret without a password for a role that does not exist yet."""
    cases: list[Case] = []

    def make(**changes: object) -> Case:
        vault = FakeSecretsManager()
        number = next(_NUMBERS)
        role = str(changes.pop("username", f"app_user_{number}"))
        anchors = rotation.anchors.Anchors(
            **{
                "secret_arn": "",
                "master_secret_arn": vault.create(
                    f"rds!cluster-{number}", {"username": MASTER, "password": MASTER_PASSWORD}
                ),
                "host": "localhost",
                "port": server.port,
                "database": DATABASE,
                "username": role,
                "environment": "test",
                "bundle": authority.bundle,
                "password_length": 32,
                "probe_query": "SELECT 1",
            }
            | changes
        )
        document = {
            "engine": "aurora-postgresql",
            "host": anchors.host,
            "port": anchors.port,
            "dbname": anchors.database,
            "username": role,
        }
        arn = vault.create(f"test-db-credentials-{number}", document)
        case = Case(
            server=server,
            vault=vault,
            root=rotation,
            app_root=app,
            arn=arn,
            anchors=replace(anchors, secret_arn=arn),
            log=io.StringIO(),
        )
        cases.append(case)
        return case

    yield make
    for case in cases:
        for deployed in case.apps:
            deployed.session.close()
        server.drop_role(case.anchors.username)


@pytest.fixture
def case(make_case) -> Case:
    """A deployment before its first rotation."""
    return make_case()


@pytest.fixture
def rotated(case) -> Case:
    """A deployment after its first rotation, with an empty log."""
    case.rotate()
    case.log.truncate(0)
    case.log.seek(0)
    return case


@pytest.fixture
def offline(case, monkeypatch):
    """A deployment whose function fails the test if it as much as opens a socket."""

    def connect(*_arguments):
        pytest.fail("a connection was tried")

    monkeypatch.setattr(case.root.secure_postgres.socket, "create_connection", connect)
    return case
