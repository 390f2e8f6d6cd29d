"""Run a task for each item in a forked process of its own, a few at a time, and keep the items' order."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

from program.errors import CouldNotRunError, ParityError

Item = TypeVar("Item")
Result = TypeVar("Result")
_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True, slots=True)
class _Worker(Generic[Item, Result]):
    index: int
    item: Item
    process: BaseProcess
    reader: Connection[Any, Any]

    def result(self) -> Result:
        try:
            result: Result | ParityError = self.reader.recv()
        except EOFError:
            self.process.join()
            message = f"the worker for {self.item} ended early, with exit code {self.process.exitcode}"
            raise CouldNotRunError(message) from None
        finally:
            self.reader.close()
        self.process.join()
        if isinstance(result, ParityError):
            raise result
        return result


def in_workers(
    task: Callable[[Item], Result], items: Sequence[Item], *, jobs: int, done: Callable[[Item], None]
) -> list[Result]:
    """Return the task's results in the items' order; `done` is called as each one ends.

    A fork costs milliseconds, as all that a task imports is there already. Raises the ParityError of the first
    task that has one, and CouldNotRunError for a task that ended without a word.
    """
    results: dict[int, Result] = {}
    waiting = list(reversed(list(enumerate(items))))
    running: dict[Connection[Any, Any], _Worker[Item, Result]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                index, item = waiting.pop()
                reader, process = _start(task, item)
                running[reader] = _Worker(index, item, process, reader)
            ready = wait(list(running))
            for reader in [reader for reader in running if reader in ready]:
                worker = running.pop(reader)
                results[worker.index] = worker.result()
                done(worker.item)
    finally:
        for worker in running.values():
            worker.process.terminate()
            worker.process.join()
    return [results[index] for index in range(len(items))]


def _start(task: Callable[[Item], Result], item: Item) -> tuple[Connection[Any, Any], BaseProcess]:
    reader, writer = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=_work, args=(task, item, writer))
    process.start()
    writer.close()
    return reader, process


def _work(task: Callable[[Item], Result], item: Item, writer: Connection[Any, Any]) -> None:
    try:
        writer.send(task(item))
    except ParityError as error:
        writer.send(error)
