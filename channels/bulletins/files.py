"""Files of a bulletin, drawn off the event loop; the same bulletin is drawn once."""

import asyncio
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from channels.bulletins.paper import pdf
from channels.bulletins.sheet import xlsx
from channels.texts.catalog import N_, Lang
from channels.texts.catalog import said as say
from hub.storage.bulletins import Bulletin
from hub.storage.rows import to_json
from supervision.bulletins.document import Document, from_text

MOST_KEPT = 64
DRAFT, RECALLED = N_("草稿，未发布"), N_("已撤回")


class Form(NamedTuple):
    """A kind of file, and what draws it from a document, the words beside it, a language and a word for the version."""

    content_type: str
    draw: Callable[[Document, Mapping[str, str], Lang, str], bytes]


FORMS = {
    "pdf": Form("application/pdf", pdf),
    "xlsx": Form("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx),
}


async def file_of(one: Bulletin, form: str, lang: Lang) -> bytes:
    """The file; raises KeyError for a form that does not exist."""
    words = to_json(dict(one.words))
    return await asyncio.to_thread(_drawn, one.content, words, version_word(one, lang), form, lang)


def version_word(one: Bulletin, lang: Lang) -> str:
    """第1版, with a word where it is no longer, or not yet, in force."""
    name = say(lang, N_("第%(n)s版"), n=one.version)
    if one.recalled_at is None and one.released_at is not None:
        return name
    return f"{name} · {say(lang, RECALLED if one.recalled_at else DRAFT)}"


@lru_cache(maxsize=MOST_KEPT)
def _drawn(content: str, words: str, version: str, form: str, lang: Lang) -> bytes:
    return FORMS[form].draw(from_text(content), json.loads(words), lang, version)
