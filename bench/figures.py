"""Percentiles, the disk's own pace, and a table that a person can read."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def fdatasync_ms(folder: Path, times: int = 50) -> tuple[float, float]:
    """Median and p99 of writing and syncing one 4 KiB block, in milliseconds."""
    took = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(times):
            begun = perf_counter()
            os.pwrite(file.fileno(), bytes(4096), 0)
            os.fdatasync(file.fileno())
            took.append((perf_counter() - begun) * 1000)
    return median(took), percentile(took, 0.99)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """The rows under their heads, in columns."""
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)
