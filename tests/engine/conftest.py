"""The fixtures of the engine's tests; nothing is deployed more than once."""

import pytest

from policies import tokens
from tests.engine.client import CLUSTER, CLUSTER_INPUTS, GROUPS, HERE, Client
from tests.engine.cloud_file import CloudFile, Existing
from tests.engine.ground import Ground
from tests.engine.harness import STACK, make_engine
from tests.engine.provider import serve


@pytest.fixture
def engine(tmp_path):
    """Return a copy of the project, an empty backend and the CLI to run in them."""
    return make_engine(tmp_path)


@pytest.fixture(scope="session")
def deployed_once(tmp_path_factory):
    """Deploy the stack; tests take copies."""
    engine = make_engine(tmp_path_factory.mktemp("deployed"))
    engine.make_network(STACK)
    engine.must("stack", "init", STACK)
    with engine.provider(STACK):
        engine.must("up", "--yes", "--skip-preview", "--stack", STACK)
    return engine


@pytest.fixture
def deployed(deployed_once, tmp_path):
    """Return an engine in which the stack is deployed, which the test alone has."""
    return deployed_once.copied_to(tmp_path)


@pytest.fixture
def file(tmp_path):
    """Return an empty cloud."""
    return CloudFile(tmp_path / "cloud.json")


@pytest.fixture
def aws(file):
    """Return a client of the double."""
    with serve(HERE, file.path) as port:
        client = Client(port)
        yield client
        client.close()


@pytest.fixture
def ground(aws):
    """Return what makes resources together with what they stand on."""
    return Ground(aws)


@pytest.fixture
def cluster(aws, file):
    """Return the id, outputs and inputs of a cluster that exists, in security groups of somebody else."""
    with file.change() as contents:
        for group in GROUPS:
            existing = Existing(stack="another", logical_name=group, seed=group, properties={"name": group})
            contents.put(tokens.SECURITY_GROUP, group, existing)
    inputs, _ = aws.check(CLUSTER, CLUSTER_INPUTS)
    id_, outputs = aws.create(CLUSTER, inputs)
    return id_, outputs, inputs
