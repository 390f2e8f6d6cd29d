"""Make a class of a service's inputs, outputs or enumerations when it is first used.

They have a class for every object that a property of any resource holds: `ec2` has 700, of which a program uses ten.
Here such a module runs as ever, but a `class` statement only notes what it is to make. A module that takes all of
another's classes with a star is given those that it speaks of.
"""

from __future__ import annotations

import builtins
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from importlib.abc import InspectLoader, Loader
from importlib.machinery import ModuleSpec
from types import CodeType, FunctionType, ModuleType
from typing import Any

INPUTS, OUTPUTS, ENUMS = "_inputs", "outputs", "_enums"
# The modules that hold nothing but classes, and of them those that others take with a star.
OF_CLASSES = (INPUTS, OUTPUTS, ENUMS)
_TAKEN = (INPUTS, ENUMS)
_DECORATORS, _DECORATOR_OF_A_TOKEN = ("input_type", "output_type"), "type_token"
# Pulumi reads types in more than one thread.
_MAKING = threading.RLock()


class Instead(Loader):
    """Runs a module in another way than the ordinary loader, which does all the rest."""

    def __init__(self, ordinary: InspectLoader) -> None:
        self._ordinary = ordinary

    def __getattr__(self, name: str) -> object:
        return getattr(self._ordinary, name)

    def create_module(self, _spec: ModuleSpec) -> ModuleType | None:
        """Return None: an ordinary module."""
        return None


class ClassesLoader(Instead):
    """Loads a module of classes, which are made when they are asked for."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the module, and keep what its `class` statements say."""
        _, taken = _run(self._ordinary, module, __build_class__=_PutOff)
        names = vars(module)
        for name in [name for name, value in names.items() if isinstance(value, _Decorators)]:
            names[name] = names[name].package
        put_off = {name: names.pop(name) for name, value in list(names.items()) if isinstance(value, _PutOff)}

        def found(name: str) -> object:
            with _MAKING:
                if name in put_off:
                    _make(module, name, put_off, taken)
                return names[name] if name in names else _of_others(module, taken, name)

        offered = {name for part in taken for name in part.__all__}
        names.update(__getattr__=found, __dir__=lambda: sorted({*names, *put_off, *offered}))


class ResourceLoader(Instead):
    """Loads the module of a resource with the classes of others that it speaks of, instead of all."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the module, and give it what it speaks of."""
        code, taken = _run(self._ordinary, module)
        _take(module, code, taken)
        if taken:
            vars(module)["__getattr__"] = lambda name: _of_others(module, taken, name)


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
        if name == _DECORATOR_OF_A_TOKEN:
            return lambda token: _noting(value(token))
        return _noting(value) if name in _DECORATORS else value


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


def _noting(decorator: Callable[[type], type]) -> Callable[[_PutOff], _PutOff]:
    return lambda put_off: put_off.decorated(decorator)


def _run(loader: InspectLoader, module: ModuleType, **instead: object) -> tuple[CodeType, Collection[ModuleType]]:
    """Run the module's code; return it, and the modules of which it took all classes with a star, and got none yet.

    `instead` replaces some of Python's builtins for the time.
    """
    taken: list[ModuleType] = []

    def imported(
        name: str, globals_: Any = None, locals_: Any = None, fromlist: Sequence[str] = (), level: int = 0
    ) -> object:
        if name in _TAKEN and level == 1 and tuple(fromlist) == ("*",):
            taken.append(builtins.__import__(name, globals_, locals_, (name,), level))
            return _NOTHING
        found = builtins.__import__(name, globals_, locals_, fromlist, level)
        # `import pulumi.runtime` gives the package too.
        return _Decorators(found) if instead and found.__name__ == "pulumi" else found

    code = loader.get_code(module.__name__)
    assert code is not None
    ordinary = vars(builtins)
    # The module's functions keep this very mapping.
    own = {**ordinary, "__import__": imported, **instead}
    vars(module)["__builtins__"] = own
    exec(code, vars(module))  # noqa: S102  # as an ordinary loader does
    own.update({name: ordinary[name] for name in ("__import__", *instead)})
    return code, taken


def _make(module: ModuleType, name: str, put_off: dict[str, _PutOff], taken: Collection[ModuleType]) -> None:
    """Make the class and all that it speaks of, and only then give them their names: a thread may ask for any."""
    made: dict[str, type] = {}
    waiting = [name]
    while waiting:
        wanted = waiting.pop()
        if wanted not in made:
            made[wanted] = put_off[wanted].made()
            _take(module, put_off[wanted].code, taken)
            waiting += put_off.keys() & set(_texts(put_off[wanted].code))
    vars(module).update(made)
    for each in made:
        del put_off[each]


def _take(module: ModuleType, code: CodeType, taken: Collection[ModuleType]) -> None:
    """Give the module the classes that the code speaks of."""
    for part in taken:
        for name in set(part.__all__).intersection(_texts(code)):
            vars(module).setdefault(name, getattr(part, name))


def _of_others(module: ModuleType, taken: Collection[ModuleType], name: str) -> object:
    """Return what a star would have given the module."""
    for part in taken:
        if name in part.__all__:
            return getattr(part, name)
    raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")


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
