"""The channels in one run: `python -m bench.channels` measures the durable inbox, then the readers of the chat."""

import subprocess
import sys

PARTS = ("bench.inbox", "bench.readers")


def main() -> int:
    """Each part in a process of its own, as memory is among what is measured; the worst exit of them."""
    return max(subprocess.run([sys.executable, "-m", part], check=False).returncode for part in PARTS)


if __name__ == "__main__":
    sys.exit(main())
