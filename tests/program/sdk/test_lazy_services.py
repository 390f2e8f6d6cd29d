"""A service of the provider's SDK that is loaded lazily offers what it offers when it is imported as ever."""

import sys

import pytest

from program.sdk import lazy_services
from tests.program.sdk.lazily import USED, said


@pytest.mark.parametrize("service", USED)
def test_every_name_of_a_service_is_what_the_ordinary_import_gives(service):
    code = f"""
        import inspect, json, {service} as service
        names = [name for name in {{}} if not name.startswith("__")]
        found = {{name: getattr(service, name) for name in names}}
        print(json.dumps({{
            name: [value.__module__, value.__qualname__] if inspect.isclass(value) or inspect.isfunction(value)
            else getattr(value, "__name__", repr(value)) for name, value in sorted(found.items())
        }}))
    """
    ordinary = said(code.replace("in {}", "in vars(service)").replace("{{", "{").replace("}}", "}"), lazy=False)
    lazy = said(code.replace("in {}", f"in {list(ordinary)!r}").replace("{{", "{").replace("}}", "}"))

    assert lazy == ordinary


def test_only_what_is_used_is_loaded():
    code = """
        import json, sys
        from pulumi_aws import ec2
        ec2.SecurityGroup
        loaded = [name for name in sys.modules if name.startswith("pulumi_aws.ec2.")]
        print(json.dumps(sorted(name.rpartition(".")[2] for name in loaded)))
    """

    assert said(code) == ["_enums", "_inputs", "outputs", "security_group"]


def test_classes_are_themselves_by_whatever_way_they_come():
    code = """
        import json
        import pulumi_aws
        from pulumi_aws import rds
        from pulumi_aws.rds import Cluster
        from pulumi_aws.rds.cluster import Cluster as direct
        print(json.dumps([rds.Cluster is Cluster is direct is pulumi_aws.rds.Cluster, "Cluster" in dir(rds)]))
    """

    assert said(code) == [True, True]


def test_a_star_takes_all_names():
    code = """
        import json
        from pulumi_aws.sns import *
        print(json.dumps([Topic.__name__, TopicPolicy.__name__]))
    """

    assert said(code) == ["Topic", "TopicPolicy"]


@pytest.mark.parametrize(("service", "class_", "has"), [("sqs", "Queue", False), ("rds", "Cluster", True)])
def test_a_service_names_the_module_of_outputs_only_where_it_has_one(service, class_, has):
    code = f"""
        import json
        import pulumi_aws.{service} as service
        # The package itself puts a stand-in there until a service is asked for something.
        service.{class_}
        print(json.dumps(["outputs" in dir(service), hasattr(service, "outputs")]))
    """

    assert said(code) == [has, has]


def test_a_name_that_is_not_known_is_looked_for_as_ever():
    code = """
        import json, sys
        from pulumi_aws import sns
        before = "pulumi_aws.sns.topic" in sys.modules
        try:
            sns.Topik
        except AttributeError as error:
            print(json.dumps([before, "pulumi_aws.sns.topic" in sys.modules, str(error), sns.typing.__name__]))
    """

    assert said(code) == [False, True, "module 'pulumi_aws.sns' has no attribute 'Topik'", "typing"]


def test_what_pulumi_asks_of_a_module_is_not_looked_for():
    code = """
        import json
        from pulumi_aws import rds, sns
        print(json.dumps([hasattr(sns, "__wrapped__"), sns.__name__, rds.outputs.__name__, hasattr(sns, "outputs")]))
    """

    assert said(code) == [False, "pulumi_aws.sns", "pulumi_aws.rds.outputs", False]


def test_resources_that_others_refer_to_are_made_by_pulumis_own_registration():
    code = """
        import json
        import pulumi_aws
        from pulumi.runtime.rpc import _RESOURCE_MODULES
        from pulumi_aws import _utilities
        info = _RESOURCE_MODULES["aws:sns/topic"][0].mod_info
        print(json.dumps(getattr(_utilities.lazy_import(info["fqn"]), info["classes"]["aws:sns/topic:Topic"]).__name__))
    """

    assert said(code) == "Topic"


def test_installing_twice_is_installing_once():
    lazy_services.install()
    before = list(sys.meta_path)

    lazy_services.install()

    assert sys.meta_path == before


def test_what_is_generated_otherwise_has_no_names(tmp_path):
    (tmp_path / "__init__.py").write_text("from .a import *\nfrom .b import *\n")
    (tmp_path / "a.py").write_text(f"# {'x' * 5000}\n__all__ = ['A', 'B']\n")
    (tmp_path / "b.py").write_text("C = 1\n")

    assert lazy_services.names_of(tmp_path) == {"A": "a", "B": "a"}


def test_a_function_that_is_called_as_its_module_is_the_function_whatever_was_asked_before():
    code = """
        import json
        from pulumi_aws import ecr
        ecr.get_image_output
        print(json.dumps([callable(ecr.get_image), ecr.get_image.__name__]))
    """

    assert said(code) == [True, "get_image"]


@pytest.mark.parametrize(("package", "key"), [("pulumi_aws", "region"), ("pulumi_github", "owner")])
def test_the_configuration_of_a_package_is_read_as_ever(package, key):
    code = f"""
        import json
        import {package}
        print(json.dumps([type({package}.config).__name__, {package}.config.{key}]))
    """

    assert said(code) == said(code, lazy=False)
