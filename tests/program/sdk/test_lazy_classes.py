"""A class of a service's inputs or outputs is what it is when the whole module is imported as ever."""

import gc

import pytest

from program.project.importing import importing
from tests.program.sdk.lazily import USED, said

# Each class, and the types that Pulumi reads of it: what its annotations speak of must be found by their names.
CLASSES = """
    import importlib, json
    from pulumi import _types
    SERVICE = {service!r}
    def described(found):
        if _types.is_input_type(found):
            types = _types.input_type_types(found)
        elif _types.is_output_type(found):
            types = _types.output_type_types(found)
        else:
            types = found.__annotations__
        return [found.__module__, found.__qualname__, [base.__name__ for base in found.__mro__], found.__doc__,
                sorted(vars(found)), {{name: str(type_) for name, type_ in types.items()}}]
    found = {{}}
    for part in ("_inputs", "outputs", "_enums"):
        try:
            module = importlib.import_module(f"{{SERVICE}}.{{part}}")
        except ModuleNotFoundError:
            continue
        assert set(module.__all__) <= set(dir(module))
        found |= {{f"{{part}}.{{name}}": described(getattr(module, name)) for name in module.__all__}}
    print(json.dumps(found))
"""
# Each resource of the service, with the types of what it takes and answers.
RESOURCES = """
    import importlib, inspect, json, pkgutil
    import pulumi
    from pulumi import _types
    package = importlib.import_module({service!r})
    found = {{}}
    for module in pkgutil.iter_modules(package.__path__):
        if module.name in ("_inputs", "outputs", "_enums"):
            continue
        loaded = importlib.import_module(f"{{package.__name__}}.{{module.name}}")
        for name, value in sorted(vars(loaded).items()):
            if not inspect.isclass(value) or value.__module__ != loaded.__name__:
                continue
            if _types.is_input_type(value):
                types = _types.input_type_types(value)
            elif issubclass(value, pulumi.CustomResource):
                types = _types.resource_types(value)
            else:
                continue
            found[f"{{module.name}}.{{name}}"] = {{key: str(type_) for key, type_ in types.items()}}
    print(json.dumps(found))
"""


@pytest.mark.parametrize("service", USED)
def test_every_class_is_what_the_ordinary_import_makes(service):
    code = CLASSES.format(service=service)

    assert said(code) == said(code, lazy=False)


@pytest.mark.parametrize("service", USED)
def test_every_resource_finds_the_classes_that_it_speaks_of(service):
    code = RESOURCES.format(service=service)
    ordinary = said(code, lazy=False)

    assert len(ordinary) > 2
    assert said(code) == ordinary


def test_only_the_classes_that_are_spoken_of_are_made():
    code = """
        import json
        from pulumi_aws import ec2
        from pulumi_aws.ec2 import _inputs
        ec2.SecurityGroup
        made = [name for name in _inputs.__all__ if name in vars(_inputs)]
        print(json.dumps([made, len(_inputs.__all__) > 500]))
    """
    made, has_many = said(code)

    assert has_many
    assert made == [
        "SecurityGroupEgressArgs",
        "SecurityGroupEgressArgsDict",
        "SecurityGroupIngressArgs",
        "SecurityGroupIngressArgsDict",
    ]


def test_a_star_makes_all_classes_for_anybody_else():
    code = """
        import json
        from pulumi_aws.sns._inputs import *
        from pulumi_aws.sns import _inputs
        print(json.dumps([_inputs.__all__, [name for name in _inputs.__all__ if name in globals()]]))
    """
    offered, taken = said(code)

    assert taken == offered != []


def test_a_class_is_one_whoever_asks_for_it_and_from_whatever_thread():
    code = """
        import json
        from concurrent.futures import ThreadPoolExecutor
        from pulumi_aws import rds
        from pulumi_aws.rds import outputs
        names = list(outputs.__all__) * 4
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda name: getattr(outputs, name), names))
        print(json.dumps([len({id(each) for each in found}) == len(outputs.__all__),
                          rds.ParameterGroupParameterArgs is rds._inputs.ParameterGroupParameterArgs]))
    """

    assert said(code) == [True, True]


def test_a_class_that_there_is_not_is_told_as_ever():
    code = """
        import json
        from pulumi_aws.sns import _inputs
        try:
            _inputs.NoSuchArgs
        except AttributeError as error:
            print(json.dumps(str(error)))
    """

    assert said(code) == "module 'pulumi_aws.sns._inputs' has no attribute 'NoSuchArgs'"


def test_a_module_has_pythons_own_builtins_and_pulumis_own_package_once_it_is_loaded():
    code = """
        import builtins, json
        import pulumi
        from pulumi_aws import ec2
        ec2.SecurityGroup
        parts = [ec2._inputs, ec2.outputs, ec2.security_group]
        print(json.dumps([
            all(part.pulumi is pulumi for part in parts),
            all(vars(part)["__builtins__"] == vars(builtins) for part in parts),
        ]))
    """

    assert said(code) == [True, True]


def test_python_collects_nothing_while_it_imports_and_goes_on_afterwards():
    with importing():
        assert not gc.isenabled()

    assert gc.isenabled()


def test_python_collects_again_after_an_import_that_failed():
    with pytest.raises(ImportError), importing():
        raise ImportError

    assert gc.isenabled()
