"""Load a class of `pulumi_aws` or `pulumi_github` when it is first used.

A service of the package imports every class that it has as soon as one is asked for: `ec2` has 180 modules, and
GitHub's provider, which has no services, has 150 itself. With this, a service knows which of its modules has which name
(each says so in its `__all__`), and imports that module when the name is first used (PEP 562). A name that it doesn't
know is looked for by the ordinary import of the whole service, so that nothing is ever missing.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

_SERVICE = re.compile(r"pulumi_aws\.[a-z0-9_]+|pulumi_github")
_STAR_IMPORT = re.compile(r"^from \.(\w+) import \*$", re.MULTILINE)
_ALL = re.compile(r"^__all__ = (\[.*?\])", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"['\"](\w+)['\"]")
# Where a module's `__all__` stands: after its imports. A longer head is read whole.
_HEAD_BYTES = 4096
# What annotations alone speak of: a megabyte of classes in some services.
_OUTPUTS = "outputs"


def install() -> None:
    """Load the services that are imported from now on in this way."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def load_used(modules: Iterable[ModuleType]) -> None:
    """Load what the modules use of the services that they import, by their text, so that a fork finds it loaded.

    The SDK reads the types of a class's outputs when the first resource of it is made, which costs as much as all the
    rest of that; they are read here.
    """
    # Not before the SDK is needed: it takes a second.
    from pulumi import CustomResource
    from pulumi._types import resource_types

    for module in modules:
        services = {name: value for name, value in vars(module).items() if _is_service(value)}
        if not services or module.__file__ is None:
            continue
        used = re.compile(rf"\b({'|'.join(map(re.escape, services))})\.([A-Z]\w*)")
        for service, name in used.findall(Path(module.__file__).read_text(encoding="utf-8")):
            class_ = getattr(services[service], name, None)
            if isinstance(class_, type) and issubclass(class_, CustomResource):
                resource_types(class_)


def _is_service(value: object) -> bool:
    return isinstance(value, ModuleType) and _SERVICE.fullmatch(value.__name__) is not None


def names_of(folder: Path) -> Mapping[str, str]:
    """Return the module of each name that the service in the folder offers; none for what isn't generated so."""
    names: dict[str, str] = {}
    for module in _STAR_IMPORT.findall((folder / "__init__.py").read_text(encoding="utf-8")):
        names |= dict.fromkeys(_offered(folder / f"{module}.py"), module)
    return names


def _offered(file: Path) -> Sequence[str]:
    with file.open(encoding="utf-8") as text:
        found = _ALL.search(text.read(_HEAD_BYTES)) or _ALL.search(file.read_text(encoding="utf-8"))
    # Not by the parser: of Python 3.11 it fails now and then where two threads use it at once (gh-106905).
    return _NAME.findall(found[1]) if found is not None else ()


class _Finder(MetaPathFinder):
    """Finds the package's services; everything else is found as ever."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if _SERVICE.fullmatch(fullname) is None:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.submodule_search_locations is None or spec.loader is None:
            return None
        spec.loader = _ServiceLoader(spec.loader, Path(str(spec.origin)).parent)
        return spec


class _ServiceLoader(Loader):
    """Gives a service its names without loading their modules."""

    def __init__(self, ordinary: Loader, folder: Path) -> None:
        self._ordinary = ordinary
        self._folder = folder

    @cached_property
    def _names(self) -> Mapping[str, str]:
        # The package looks for all of its services at once, of which few are ever used.
        return names_of(self._folder)

    def create_module(self, _spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        attributes: dict[str, Callable[..., object]] = {
            "__getattr__": lambda name: self._found(module, name),
            "__dir__": lambda: sorted({*vars(module), *self._names, _OUTPUTS}),
        }
        vars(module).update(attributes)

    def _found(self, module: ModuleType, name: str) -> object:
        if name == "__all__":
            # The service has none: a star takes all that is public.
            return sorted(self._names)
        value = self._loaded(module, name)
        setattr(module, name, value)
        return value

    def _loaded(self, module: ModuleType, name: str) -> object:
        if name in self._names:
            return getattr(importlib.import_module(f"{module.__name__}.{self._names[name]}"), name)
        if name == _OUTPUTS and (self._folder / f"{_OUTPUTS}.py").exists():
            return _when_used(f"{module.__name__}.{name}")
        if (self._folder / f"{name}.py").exists():
            return importlib.import_module(f"{module.__name__}.{name}")
        if name.startswith("__"):
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
        del module.__getattr__, module.__dir__
        self._ordinary.exec_module(module)
        return getattr(module, name)


def _when_used(fullname: str) -> ModuleType:
    """Return the module, which is run when something of it is first asked for."""
    if fullname in sys.modules:
        return sys.modules[fullname]
    spec = importlib.util.find_spec(fullname)
    assert spec is not None
    assert spec.loader is not None
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[fullname] = module
    spec.loader.exec_module(module)
    return module
