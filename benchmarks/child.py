"""One measurement in a process of its own: ``python benchmarks/child.py MODULE TOOL JOB.json``.

Runs as a script in goldpan's environment and in that of the peers, so it imports nothing but the standard library and
the one module of tools. A tool is a function: job → (prepare, run). ``prepare(texts)`` is not timed;
``run(prepared)`` is, after a warm-up on every fifth text, and returns how much it did, or the seconds of each part.
"""

from __future__ import annotations

import gc
import importlib
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Job = dict[str, Any]
Tool = Callable[[Job], tuple[Callable[[list[str]], Any], Callable[[Any], Any]]]


def peak_mb() -> float:
    """Peak memory of this process in MB (resident).

    Linux keeps it by program in /proc; ``ru_maxrss`` also counts the parent that started it.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    scale = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 2**20


def measure(tool: Tool, job: Job) -> dict[str, Any]:
    """Load the tool, warm it up, run it once: seconds of CPU, seconds to load, peak MB, and what it did."""
    began = time.process_time()
    prepare, run = tool(job)
    loading = time.process_time() - began
    run(prepare(job["texts"][::5]))
    prepared = prepare(job["texts"])
    gc.collect()
    began = time.process_time()
    done = run(prepared)
    seconds = time.process_time() - began
    return {"seconds": seconds, "loading": loading, "peak": peak_mb(), "done": done}


def main(argv: list[str]) -> None:
    """Measure, and print the result as the last line."""
    module, name, path = argv
    job = json.loads(Path(path).read_text(encoding="utf-8"))
    tools = importlib.import_module(module).TOOLS
    print("\n" + json.dumps(measure(tools[name], job)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
