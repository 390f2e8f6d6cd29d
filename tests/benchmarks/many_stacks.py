"""Check as many copies of one stack as the command line says, in a folder of their own; print what it cost."""

import json
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

from policies.limits import load_limits
from program.offline.check import check
from program.offline.packs import pack_host
from program.project.definition import PROJECT_FILE, ROOT, STACKS
from program.project.stackfile import stack_names


def main() -> None:
    count = int(sys.argv[1])
    original = stack_names(ROOT)[0]
    text = (ROOT / STACKS / f"Pulumi.{original}.yaml").read_text()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / STACKS).mkdir()
        shutil.copy(ROOT / PROJECT_FILE, root)
        for number in range(count):
            copy = text.replace("environmentSuffix: main", f"environmentSuffix: copy{number}")
            (root / STACKS / f"Pulumi.copy{number}.yaml").write_text(copy)
        began = time.perf_counter()
        with pack_host() as packs:
            result = check(
                stack_names(root),
                load_limits(),
                jobs=2,
                complete=False,
                packs=packs,
                done=lambda _stack: None,
                root=root,
            )
    mine, workers = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    figures = {
        "ok": result.ok,
        "stacks": len(result.stacks),
        "seconds": time.perf_counter() - began,
        "cpu": sum(usage.ru_utime + usage.ru_stime for usage in (mine, workers)),
        "megabytes": max(mine.ru_maxrss, workers.ru_maxrss) / 1024,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
