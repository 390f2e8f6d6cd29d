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


def test_an_import_within_another_leaves_the_collector_as_it_was():
    with importing():
        with importing():
            pass
        assert not gc.isenabled()

    assert gc.isenabled()


def test_no_thread_sees_a_class_before_those_that_it_speaks_of():
    code = """
        import json, sys, threading
        from pulumi import _types
        from pulumi_aws.wafv2 import _inputs
        sys.setswitchinterval(1e-6)
        failed = []
        def ask():
            for name in _inputs.__all__:
                found = getattr(_inputs, name)
                if _types.is_input_type(found):
                    try:
                        _types.input_type_types(found)
                    except NameError as error:
                        failed.append(str(error))
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        print(json.dumps(failed))
    """

    assert said(code) == []


def test_a_class_that_could_not_be_made_can_be_made_later():
    code = """
        import json
        from pulumi_aws.ec2 import _inputs
        from program.sdk import lazy_classes
        made, tried = lazy_classes._PutOff.made, []
        def interrupted(put_off):
            tried.append(1)
            if len(tried) == 2:
                raise KeyboardInterrupt
            return made(put_off)
        lazy_classes._PutOff.made = interrupted
        try:
            _inputs.InstanceMetadataOptionsArgs, _inputs.LaunchTemplateBlockDeviceMappingArgs
        except KeyboardInterrupt:
            pass
        lazy_classes._PutOff.made = made
        print(json.dumps([_inputs.LaunchTemplateBlockDeviceMappingArgs.__name__, len(tried)]))
    """

    assert said(code) == ["LaunchTemplateBlockDeviceMappingArgs", 2]


def test_python_s_tools_find_the_source_of_a_module_and_of_a_class():
    code = """
        import inspect, json, pkgutil
        from pulumi_aws.sns import _inputs
        data = pkgutil.get_data("pulumi_aws.sns._inputs", "_inputs.py")
        source = inspect.getsource(getattr(_inputs, _inputs.__all__[0]))
        print(json.dumps([b"__all__" in data, _inputs.__all__[0] in source, "__all__" in inspect.getsource(_inputs)]))
    """

    assert said(code) == [True, True, True]


def test_what_a_module_took_with_a_star_is_found_in_it_as_ever():
    code = """
        import json
        from pulumi_aws.ec2 import _enums, outputs
        print(json.dumps([outputs.InstanceType is _enums.InstanceType, "InstanceType" in dir(outputs)]))
    """

    assert said(code) == [True, True]
