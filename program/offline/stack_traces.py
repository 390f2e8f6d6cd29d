"""Say where the program makes a resource, in a tenth of the time: of a stack's frames, two are ever looked at."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import islice
from pathlib import Path
from types import FrameType

from pulumi.runtime import resource
from pulumi.runtime.proto import source_pb2

# The line that makes the resource, and the one that calls the method it stands in.
_LOOKED_AT = 2
# Of `Resource`, of `CustomResource` or `ComponentResource`, and of the class itself.
_CONSTRUCTORS = 3


@contextmanager
def short_stack_traces() -> Iterator[None]:
    """Let resources that are made in the block carry their two innermost frames, where Pulumi's SDK takes all.

    It reads the source line of each beside, which nobody asks for.
    """
    ordinary = resource._get_stack_trace  # noqa: SLF001  # the SDK has no other way to take fewer
    resource._get_stack_trace = _stack_trace  # noqa: SLF001
    try:
        yield
    finally:
        resource._get_stack_trace = ordinary  # noqa: SLF001


def _stack_trace() -> source_pb2.StackTrace:
    """Return the frames below the third constructor, where the SDK's own begins too."""
    constructors = (frame for frame in _callers(inspect.currentframe()) if frame.f_code.co_name == "__init__")
    outermost = next(islice(constructors, _CONSTRUCTORS - 1, None), None)
    makers = islice(_callers(outermost.f_back if outermost is not None else None), _LOOKED_AT)
    return source_pb2.StackTrace(frames=[source_pb2.StackFrame(pc=_position(frame)) for frame in makers])


def _callers(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _position(frame: FrameType) -> source_pb2.SourcePosition | None:
    uri = _uri(frame.f_code.co_filename)
    return source_pb2.SourcePosition(uri=uri, line=frame.f_lineno) if uri is not None else None


@cache
def _uri(filename: str) -> str | None:
    try:
        return Path(filename).as_uri()
    except ValueError:
        return None
