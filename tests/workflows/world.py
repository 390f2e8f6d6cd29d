"""A repository with its stacks in a backend of files, the clouds that they live in, a GitHub, and a Secrets Manager."""

import datetime
import json
import re
import shutil
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from program.offline.simulation import Cloud, network_outputs
from program.project.definition import FOUNDATION, NETWORK, ROOT, SERVICE, split, stack_file
from program.project.stackfile import read_stack_file, stack_names
from tests.engine.harness import Engine, cloud_of, make_engine
from tests.engine.provider import serve
from tests.program.github.server import LocalGitHub
from tests.program.github.state import empty
from tests.program.github.state import pull_request as issue_of_a_pull_request
from tests.program.github.state import run as run_of_a_workflow
from tests.workflows.acting import Repository, make_repository

RIGHTS = {"actions": "read", "issues": "write", "pull-requests": "write"}
# The stack of the template, .github/review-stack.yaml, lives beside this one.
BESIDE = "dev"


@dataclass
class World:
    """All that a run touches."""

    repository: Repository
    engine: Engine
    github: LocalGitHub

    def act(self, event, workflow, payload, **variables):
        """Run the workflow with the backend and this GitHub."""
        return self.repository.act(
            *(event, workflow, payload),
            api=self.github.url,
            PULUMI_BACKEND_URL=self.engine.environment["PULUMI_BACKEND_URL"],
            AWS_REGION=cloud_of(BESIDE).region,
            **variables,
        )

    def stacks(self):
        """Return the resources that each stack of the backend has."""
        listed = self.engine.must("stack", "ls", "--json").json()
        return {stack["name"]: stack["resourceCount"] for stack in listed}

    def record(self, *parts):
        """Return a record that a job left."""
        return json.loads(self.repository.artifact(*parts))


@contextmanager
def a_world(folder, *, without=(), review=(), networks=(), foundations=()):
    """Give a world with every stack of the service but those, none of them deployed, and clouds for review stacks.

    A stack whose network is one of `networks` has that beside it, not deployed either. The others' stand there already:
    in a world without `networks` as another repository's project, with nothing but outputs, else by ids in the stack
    files. `foundations` are deployed.
    """
    (folder / "engine").mkdir()
    engine = make_engine(folder / "engine")
    repository = make_repository(folder / "github")
    for stack in without:
        (repository.project / "stacks" / f"Pulumi.{stack}.yaml").unlink()
    for network in set(stack_names(ROOT, NETWORK)) - {NETWORK.labelled(stack) for stack in networks}:
        (repository.project / stack_file(network)).unlink()
    if not networks:
        (repository.project / NETWORK.file).unlink()
    stacks = [stack for stack in stack_names(ROOT, SERVICE) if stack not in without]
    for stack in stacks:
        if stack in networks:
            engine.must("stack", "init", stack, folder=engine.project / NETWORK.folder)
            _keep_salt(engine, repository, NETWORK.labelled(stack))
        elif networks:
            _by_ids(engine, stack)
        else:
            engine.make_network(stack)
        engine.must("stack", "init", stack)
        _keep_salt(engine, repository, stack)
    for name in foundations:
        _deploy_foundation(engine, repository, name)
    repository.commit("The stacks are made")
    beside = cloud_of(BESIDE)
    clouds = {stack: cloud_of(stack) for stack in stacks} | {name: _account(name) for name in foundations}
    clouds |= {stack: Cloud(stack=stack, region=beside.region, account=beside.account) for stack in review}
    with ExitStack() as stack_of_servers:
        enter = stack_of_servers.enter_context
        borrowed = dict.fromkeys(review, beside)
        ports = {
            name: enter(serve(cloud, engine.cloud_file(name).path, borrowed.get(name)))
            for name, cloud in clouds.items()
        }
        # A network is in the account and the region of the stack that stands in it.
        repository.clouds(ports | {NETWORK.labelled(stack): ports[stack] for stack in networks})
        repository.environment |= {
            name: value
            for name, value in engine.environment.items()
            if name.startswith("PULUMI_") and name != "PULUMI_BACKEND_URL"
        }
        repository.environment |= enter(_secrets_manager())
        yield World(repository, engine, enter(_github()))


def _by_ids(engine, stack):
    """Give the stack its network by ids, in place of a stack."""
    file = engine.project / stack_file(stack)
    given = network_outputs(cloud_of(stack))
    lines = [f"  parity:{key}: {json.dumps(value)}" for key, value in given.items() if value]
    text, count = re.subn(r"  parity:networkingStackRef: .*", "\n".join(lines), file.read_text())
    assert count == 1, f"{file.name} names its network otherwise; mend the test"
    file.write_text(text)


def _deploy_foundation(engine, repository, name):
    """Deploy it from the stack files that the repository has, review stacks' too: each of them has roles there."""
    _, stack = split(name)
    for decides in ("stacks", ".github"):
        shutil.rmtree(engine.project / decides, ignore_errors=True)
        shutil.copytree(repository.project / decides, engine.project / decides)
    folder = engine.project / FOUNDATION.folder
    engine.must("stack", "init", stack, folder=folder)
    _keep_salt(engine, repository, name)
    with engine.provider(name, _account(name)):
        engine.must("up", "--yes", "--skip-preview", "--stack", stack, folder=folder)


def _account(name):
    """Return the foundation's account, which its stack file names."""
    config = read_stack_file(name).config
    return Cloud(stack=name, region=config["aws:region"], account=config["foundation:account"])


def _keep_salt(engine, repository, stack):
    """Commit what `stack init` wrote into the stack file, as the guide says."""
    file = stack_file(stack)
    (repository.project / file).write_text((engine.project / file).read_text())


@contextmanager
def _github():
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    workflows = {"drift.yml": {"state": "active", "runs": [run_of_a_workflow(1, now)]}}
    with LocalGitHub(empty(permissions=RIGHTS, workflows=workflows)) as github:
        github.state["issues"].append(issue_of_a_pull_request(7))
        yield github


class _Rotated(BaseHTTPRequestHandler):
    """Answers that the first rotation has ended."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = json.dumps({"VersionIdsToStages": {"of-the-rotation": ["AWSCURRENT"]}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def _secrets_manager():
    """Give the variables by which the AWS SDK finds it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Rotated)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield {
            "AWS_ACCESS_KEY_ID": "nobody",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
            "AWS_SECRET_ACCESS_KEY": "nothing",
        }
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
