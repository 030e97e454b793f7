"""The English of every Chinese message, and the list of those that still lack it.

A message is written in Chinese where it is shown: `{{ _("我要写信") }}` or `{% trans %}…{% endtrans %}` in a template,
`_("…")` or `N_("…")` in Python under `channels/`. Its English stands in `en.po`, which is read at start, without a
compile step. `python -m channels.texts.catalog` prints ready-to-paste entries for what is missing.
"""

import sys
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal, get_args

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

Lang = Literal["zh", "en"]
LANGUAGES: tuple[Lang, ...] = get_args(Lang)

CHANNELS = Path(__file__).resolve().parent.parent
ENGLISH = Path(__file__).with_name("en.po")
KEYWORDS = {"_": None, "N_": None, "gettext": None}
TEMPLATE = {"silent": "false", "trimmed": "true"}


def N_(message: str) -> str:
    """Mark a Chinese message in Python for translation; the page translates it when it is shown."""
    return message


@cache
def english() -> dict[str, str]:
    """Chinese message → English, as `en.po` has it; entries still empty are left out."""
    with ENGLISH.open("rb") as file:
        catalog = read_po(file, locale="en")
    return {str(m.id): str(m.string) for m in catalog if m.id and m.string}


def translator(lang: Lang) -> Callable[[str], str]:
    """The function that says a Chinese message in `lang`; one without English stays Chinese, so that it is seen."""
    if lang == "zh":
        return lambda message: message
    words = english()
    return lambda message: words.get(message, message)


def said(lang: Lang, message: str, **values: object) -> str:
    """One message in `lang` with its `%(name)s` filled in, for Python outside templates."""
    text = translator(lang)(message)
    return text % values if values else text


def used() -> dict[str, list[str]]:
    """Every message of the templates and modules under `channels/` → the places ("file:line") where it stands."""
    places: dict[str, list[str]] = {}
    for path in sorted([*CHANNELS.rglob("*.html"), *CHANNELS.rglob("*.py")]):
        for line, message in _messages(path):
            places.setdefault(message, []).append(f"channels/{path.relative_to(CHANNELS).as_posix()}:{line}")
    return places


def _messages(path: Path) -> Iterator[tuple[int, str]]:
    method, options = ("jinja2", TEMPLATE) if path.suffix == ".html" else ("python", {})
    for line, message, *_ in extract(method, BytesIO(path.read_bytes()), KEYWORDS, (), options):
        yield line, message if isinstance(message, str) else message[-1]


def missing() -> dict[str, list[str]]:
    """Messages in use that have no English yet → where they stand."""
    words = english()
    return {message: places for message, places in used().items() if message not in words}


def unused() -> list[str]:
    """Messages that `en.po` translates and nothing shows any more."""
    return sorted(set(english()) - set(used()))


def to_paste() -> str:
    """`en.po` entries for the missing messages, with an empty English to fill in."""
    catalog = Catalog()
    for message, places in missing().items():
        catalog.add(message, locations=[(p.rpartition(":")[0], int(p.rpartition(":")[2])) for p in places])
    out = BytesIO()
    write_po(out, catalog, omit_header=True, width=0)
    return out.getvalue().decode()


def main() -> None:
    """Print what to paste, and on stderr what is no longer used."""
    sys.stdout.write(to_paste())
    for message in unused():
        sys.stderr.write(f"unused: {message}\n")


if __name__ == "__main__":
    main()
