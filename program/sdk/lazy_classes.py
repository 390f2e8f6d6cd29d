"""Make a class of a service's `_inputs` or `outputs` when it is first used.

They have a class for every object that a property of any resource holds: `ec2` has 700, of which a program uses ten.
Here such a module runs as ever, but a `class` statement only notes what it is to make. A resource's module, which takes
all of `_inputs` with a star, is given the classes that it speaks of.
"""

from __future__ import annotations

import builtins
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.abc import InspectLoader, Loader
from importlib.machinery import ModuleSpec
from types import CodeType, FunctionType, ModuleType
from typing import Any

INPUTS, OUTPUTS = "_inputs", "outputs"
_DECORATORS = ("input_type", "output_type")
# Pulumi reads types in more than one thread.
_MAKING = threading.RLock()


class ClassesLoader(Loader):
    """Loads `_inputs` and `outputs`, whose classes are made when they are asked for."""

    def __init__(self, ordinary: InspectLoader) -> None:
        self._ordinary = ordinary

    def create_module(self, _spec: ModuleSpec) -> ModuleType | None:
        """Return None: an ordinary module."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Run the module, and keep what its `class` statements say."""

        def imported(name: str, *arguments: Any) -> object:
            found = builtins.__import__(name, *arguments)
            return _Decorators(found) if name.partition(".")[0] == "pulumi" and isinstance(found, ModuleType) else found

        _run(self._ordinary, module, {"__build_class__": _PutOff, "__import__": imported})
        names = vars(module)
        for name in [name for name, value in names.items() if isinstance(value, _Decorators)]:
            names[name] = names[name].package
        put_off = {name: names.pop(name) for name, value in list(names.items()) if isinstance(value, _PutOff)}
        attributes: dict[str, Callable[..., object]] = {
            "__getattr__": lambda name: _made(module, put_off, name),
            "__dir__": lambda: sorted({*names, *put_off}),
        }
        names.update(attributes)


class ResourceLoader(Loader):
    """Loads the module of a resource with the classes of `_inputs` that it speaks of, instead of all."""

    def __init__(self, ordinary: InspectLoader) -> None:
        self._ordinary = ordinary

    def create_module(self, _spec: ModuleSpec) -> ModuleType | None:
        """Return None: an ordinary module."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Run the module, and give it what it speaks of."""
        taken: list[ModuleType] = []

        def imported(
            name: str, globals_: Any = None, locals_: Any = None, fromlist: Sequence[str] = (), level: int = 0
        ) -> object:
            if (name, tuple(fromlist or ()), level) != (INPUTS, ("*",), 1):
                return builtins.__import__(name, globals_, locals_, fromlist, level)
            taken.append(builtins.__import__(name, globals_, locals_, (INPUTS,), level))
            return _NOTHING

        code = _run(self._ordinary, module, {"__import__": imported})
        for inputs in taken:
            offered = set(inputs.__all__)
            for name in offered.intersection(_texts(code)):
                vars(module).setdefault(name, getattr(inputs, name))


class _Nothing(ModuleType):
    """A module of which a star takes nothing."""

    __all__: Sequence[str] = ()


_NOTHING = _Nothing("nothing")


class _Decorators:
    """Pulumi's package, whose decorators note that they are to be called."""

    def __init__(self, package: ModuleType) -> None:
        self.package = package

    def __getattr__(self, name: str) -> object:
        value = getattr(self.package, name)
        return (lambda put_off: put_off.decorated(value)) if name in _DECORATORS else value


class _PutOff:
    """What a `class` statement is to make."""

    def __init__(self, body: FunctionType, name: str, *bases: Any, **keywords: Any) -> None:
        self._body = body
        self._arguments = (name, *bases)
        self._keywords = keywords
        self._decorators: list[Callable[[type], type]] = []

    @property
    def code(self) -> CodeType:
        """Return the code of the class's body."""
        return self._body.__code__

    def decorated(self, decorator: Callable[[type], type]) -> _PutOff:
        """Note a decorator, the innermost first."""
        self._decorators.append(decorator)
        return self

    def made(self) -> type:
        """Return the class."""
        made: type = builtins.__build_class__(self._body, *self._arguments, **self._keywords)
        for decorator in self._decorators:
            made = decorator(made)
        return made


def _made(module: ModuleType, put_off: dict[str, _PutOff], name: str) -> object:
    """Make the class, and those that it speaks of: their names are looked for among the module's own."""
    with _MAKING:
        if name in vars(module):
            return vars(module)[name]
        if name not in put_off:
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
        waiting = put_off.pop(name)
        made = waiting.made()
        setattr(module, name, made)
        for other in put_off.keys() & set(_texts(waiting.code)):
            getattr(module, other)
        return made


def _run(loader: InspectLoader, module: ModuleType, instead: Mapping[str, object]) -> CodeType:
    """Run the module's code with some of Python's builtins replaced for the time, and return the code."""
    code = loader.get_code(module.__name__)
    assert code is not None
    ordinary = vars(builtins)
    # The module's functions keep this very mapping.
    own = {**ordinary, **instead}
    vars(module)["__builtins__"] = own
    exec(code, vars(module))  # noqa: S102  # as an ordinary loader does
    own.update({name: ordinary[name] for name in instead})
    return code


def _texts(code: CodeType) -> Iterator[str]:
    """Yield the texts in the code, among them the names of classes that annotations speak of."""
    waiting: list[object] = [code]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            yield found
        elif isinstance(found, tuple):
            waiting += found
        elif isinstance(found, CodeType):
            waiting += found.co_consts
