"""Run a task for each item in a forked process of its own, a few at a time, and keep the items' order."""

from __future__ import annotations

import gc
import multiprocessing
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Generic, TypeVar

from policies.schema import ReviewedFileError
from program.errors import CouldNotRunError, ParityError
from program.offline.shared_texts import SharedTexts

Item = TypeVar("Item")
Result = TypeVar("Result")
_FORK = multiprocessing.get_context("fork")
_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class _Worker(Generic[Result]):
    index: int
    name: str
    process: BaseProcess
    reader: Connection[Any, Any]

    def result(self) -> Result:
        try:
            result: Result | ParityError = self.reader.recv()
        except EOFError:
            self.process.join()
            message = f"the worker for {self.name} ended early, with exit code {self.process.exitcode}"
            raise CouldNotRunError(message) from None
        finally:
            self.reader.close()
        self.process.join()
        if isinstance(result, ParityError):
            raise result
        return result


def in_workers(
    task: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    jobs: int,
    name: Callable[[Item], str],
    done: Callable[[str], None],
    before: Callable[[Item], None] = lambda _: None,
    longest: Callable[[Item], bool] = lambda _: False,
) -> list[Result]:
    """Return the task's results in the items' order; `done` is called with each one's name as it ends.

    What takes longest is begun first, so that no core waits for it at the end. `before` is called with an item just
    before its process is forked, which takes milliseconds: all that the task imports is there then. Raises the
    ParityError of the first task that has one, and CouldNotRunError for a task that failed in another way or ended
    without a word.
    """
    results: dict[int, Result] = {}
    texts = SharedTexts()
    waiting = sorted(enumerate(items), key=lambda each: (longest(each[1]), -each[0]))
    running: dict[Connection[Any, Any], _Worker[Result]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                index, item = waiting.pop()
                before(item)
                reader, process = _start(task, item, name(item))
                running[reader] = _Worker(index, name(item), process, reader)
            ready = wait(list(running))
            for reader in [reader for reader in running if reader in ready]:
                worker = running.pop(reader)
                results[worker.index] = texts.shared(worker.result())
                done(worker.name)
    finally:
        for worker in running.values():
            worker.process.terminate()
            worker.process.join()
    return [results[index] for index in range(len(items))]


@contextmanager
def beside(task: Callable[[Item], Result], item: Item, *, name: str) -> Iterator[Callable[[], Result]]:
    """Run the task in a forked process while the block goes on, and give what waits for its result.

    That raises as `in_workers` does; a task that nobody waits for is ended with the block.
    """
    reader, process = _start(task, item, name)
    worker: _Worker[Result] = _Worker(0, name, process, reader)
    try:
        yield worker.result
    finally:
        process.terminate()
        process.join()


def _start(task: Callable[[Item], Result], item: Item, name: str) -> tuple[Connection[Any, Any], BaseProcess]:
    reader, writer = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=_work, args=(task, item, name, writer))
    process.start()
    writer.close()
    return reader, process


def _work(task: Callable[[Item], Result], item: Item, name: str, writer: Connection[Any, Any]) -> None:
    # It ends before there is garbage worth a walk through all that it was forked with.
    gc.disable()
    try:
        writer.send(task(item))
    except ParityError as error:
        writer.send(error)
    except ReviewedFileError as error:
        writer.send(CouldNotRunError(str(error)))
    except KeyboardInterrupt:
        # The parent says that it was interrupted; a child that said so too would say it with a traceback.
        raise SystemExit(_INTERRUPTED) from None
    except Exception as error:  # noqa: BLE001 - a mistake of ours is one line too, and names the stack it came up in
        writer.send(CouldNotRunError(f"the worker for {name} failed: {_one_line(error)}"))


def _one_line(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text} ({Path(frame.filename).name}:{frame.lineno})"
