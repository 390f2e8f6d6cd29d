"""Load a class of `pulumi_aws` or `pulumi_github` when it is first used.

A service of the package imports every class that it has as soon as one is asked for: `ec2` has 180 modules, and
GitHub's provider, which has no services, has 150 itself. With this, a service knows which of its modules has which name
(each says so in its `__all__`), and imports that module when the name is first used (PEP 562). A name that it doesn't
know is looked for by the ordinary import of the whole service, so that nothing is ever missing. The classes of inputs
and outputs, which a service keeps in one module each, are made one by one as well (`lazy_classes`).
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

from program.sdk.lazy_classes import OF_CLASSES, OUTPUTS, ClassesLoader, Instead, ResourceLoader

# `config` reads the stack's configuration when it is asked, and is no service.
_SERVICE = re.compile(r"pulumi_aws\.(?!config$)[a-z0-9_]+|pulumi_github")
_STAR_IMPORT = re.compile(r"^from \.(\w+) import \*$", re.MULTILINE)
_ALL = re.compile(r"^__all__ = (\[.*?\])", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"['\"](\w+)['\"]")
# Where a module's `__all__` stands: after its imports. A longer head is read whole.
_HEAD_BYTES = 4096


def install() -> None:
    """Load the services that are imported from now on in this way."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def load_used(modules: Iterable[ModuleType]) -> None:
    """Load what the modules use of the services that they import, by their text, so that a fork finds it loaded.

    The SDK reads the types of a class's inputs and outputs when the first resource of it is made, which costs as much
    as all the rest of that; they are read here.
    """
    # Not before the SDK is needed: it takes a second.
    from pulumi import CustomResource
    from pulumi._types import input_type_types, is_input_type, resource_types

    def read(class_: object) -> None:
        if not isinstance(class_, type):
            return
        if is_input_type(class_):
            input_type_types(class_)
        elif issubclass(class_, CustomResource):
            resource_types(class_)
            for name, value in list(vars(sys.modules[class_.__module__]).items()):
                if name.startswith(class_.__name__) and name.endswith("Args"):
                    read(value)

    for module in modules:
        services = {name: value for name, value in vars(module).items() if _is_service(value)}
        if not services or module.__file__ is None:
            continue
        used = re.compile(rf"\b({'|'.join(map(re.escape, services))})\.([A-Z]\w*)")
        for service, name in used.findall(Path(module.__file__).read_text(encoding="utf-8")):
            read(getattr(services[service], name, None))


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
    """Finds the package's services and their modules; everything else is found as ever."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        within, _, module = fullname.rpartition(".")
        is_part = _SERVICE.fullmatch(within) is not None
        if not is_part and _SERVICE.fullmatch(fullname) is None:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or not isinstance(spec.loader, InspectLoader):
            return None
        if spec.submodule_search_locations is None and is_part:
            spec.loader = ClassesLoader(spec.loader) if module in OF_CLASSES else ResourceLoader(spec.loader)
        elif spec.submodule_search_locations is not None and not is_part:
            spec.loader = _ServiceLoader(spec.loader, Path(str(spec.origin)).parent)
        return spec


class _ServiceLoader(Instead):
    """Gives a service its names without loading their modules."""

    def __init__(self, ordinary: InspectLoader, folder: Path) -> None:
        super().__init__(ordinary)
        self._folder = folder

    @cached_property
    def _names(self) -> Mapping[str, str]:
        # The package looks for all of its services at once, of which few are ever used.
        return names_of(self._folder)

    @property
    def _outputs(self) -> Sequence[str]:
        # A service whose classes give back nothing of their own shape has no such module.
        return (OUTPUTS,) if (self._folder / f"{OUTPUTS}.py").exists() else ()

    def exec_module(self, module: ModuleType) -> None:
        attributes: dict[str, Callable[..., object]] = {
            "__getattr__": lambda name: self._found(module, name),
            "__dir__": lambda: sorted({*vars(module), *self._names, *self._outputs}),
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
            part = self._names[name]
            loaded = importlib.import_module(f"{module.__name__}.{part}")
            if self._names.get(part) == part:
                # A function that is called as its module: the import has put that in its place.
                setattr(module, part, getattr(loaded, part))
            return getattr(loaded, name)
        if (self._folder / f"{name}.py").exists():
            return importlib.import_module(f"{module.__name__}.{name}")
        if name.startswith("__"):
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
        del module.__getattr__, module.__dir__
        self._ordinary.exec_module(module)
        return getattr(module, name)
