"""Run a Pulumi program in this process, connected to the engine: what the host starts for each run.

The program's own Python runs it, so it stands alone: the standard library, and pulumi.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import runpy
import signal
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# The exit code that says: what is wrong has been shown already.
SHOWN = 32
_OPTIONS = ("monitor", "engine", "project", "root", "stack", "pwd", "dry-run", "parallel", "organization")


def main() -> int:
    """Run the program; return what to exit with."""
    parser = argparse.ArgumentParser(description="Runs a Pulumi program in place of the host's executor.")
    for option in _OPTIONS:
        parser.add_argument(f"--{option}")
    parser.add_argument("program")
    parser.add_argument("arguments", nargs="*")
    options = parser.parse_args()
    # What is started in the background inherits that this is ignored; the host interrupts a program with it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _connect(options)
    sys.argv = [options.program, *options.arguments]
    os.chdir(options.pwd or ".")
    return _run(options.program, threads=max(int(options.parallel or 0), 1) * 4)


def _connect(options: argparse.Namespace) -> None:
    from pulumi import runtime

    runtime.set_all_config(runtime.get_config_env(), runtime.get_config_secret_keys_env())
    runtime.configure(
        runtime.Settings(
            monitor=options.monitor,
            engine=options.engine,
            project=options.project,
            stack=options.stack,
            parallel=int(options.parallel or 0),
            dry_run=options.dry_run == "true",
            organization=options.organization,
            root_directory=options.root,
        )
    )


def _run(program: str, threads: int) -> int:
    """Run the program in a stack; an error that it raises is logged by the engine."""
    import pulumi

    # A task that the program leaves behind is shown once, by the engine.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    def run() -> None:
        runpy.run_path(program, run_name="__main__")

    with ThreadPoolExecutor(max_workers=threads) as executor:
        loop.set_default_executor(executor)
        try:
            loop.run_until_complete(pulumi.runtime.run_in_stack(run))
        except pulumi.RunError as error:
            pulumi.log.error(str(error))
            return 1
        except Exception:  # noqa: BLE001  # whatever it is, it is the program's
            pulumi.log.error(f"Program failed with an unhandled exception:\n{_traceback(Path(program))}")
            return SHOWN
    return 0


def _traceback(program: Path) -> str:
    """Return the traceback from the program's own first frame on."""
    main_file = str((program / "__main__.py" if program.is_dir() else program).resolve())
    files = [frame.filename for frame in traceback.extract_tb(sys.exc_info()[2])]
    return traceback.format_exc(limit=files.index(main_file) - len(files) if main_file in files else None)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(code)
