"""Pictures of the office's pages: `python -m tests.browser.staff_shots shots [page …]`."""

import asyncio
import sys
from pathlib import Path

from tests.browser.gallery import EYES, Eyes
from tests.browser.staff_site import an_office_at_work, at_desk, pages_of

FEW = (EYES[0], EYES[1], EYES[3], EYES[4])


async def photograph(folder: Path, names: tuple[str, ...], eyes: tuple[Eyes, ...] = FEW) -> None:
    """Every page of the office for some pairs of eyes, whole, as PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    async with an_office_at_work() as office:
        for look in eyes:
            for name, account, path in pages_of(office):
                if names and name not in names:
                    continue
                tab = await at_desk(office, account, look)
                await tab.goto(office.site.base + path)
                await tab.screenshot(path=folder / f"staff-{name}-{look}.png", full_page=True)
                await tab.context.close()


if __name__ == "__main__":
    asyncio.run(photograph(Path(sys.argv[1] if len(sys.argv) > 1 else "shots"), tuple(sys.argv[2:])))
