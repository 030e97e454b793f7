"""Search terms of a text: overlapping two-character tokens for Chinese, folded words for the rest."""

import re
import unicodedata

MOST_LETTERS = 64
"""Longer words are cut here: PostgreSQL refuses a lexeme over 2 KiB, and nobody searches for one."""

_CJK = "\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(f"(?P<cjk>[{_CJK}]+)|(?P<word>[^\\W_{_CJK}]+)")

Phrase = tuple[str, ...]


def terms(text: str) -> tuple[str, ...]:
    """The tokens of a text in their order, repeats kept, so that a phrase query finds neighbours.

    A run of Chinese gives its overlapping pairs, a run of a single character that character; every other run of letters
    and digits is one word, in lower case and without accents, so that both engines give the same answers.
    """
    found: list[str] = []
    for run in _RUNS.finditer(_fold(text)):
        if run.lastgroup == "cjk":
            found.extend(_pairs(run.group()))
        else:
            found.append(_plain(run.group()))
    return tuple(found)


def single_characters(text: str) -> tuple[str, ...]:
    """Every Chinese character of a text once, sorted: the second column, where a query of one character looks."""
    return tuple(sorted({c for run in _RUNS.finditer(_fold(text)) if run.lastgroup == "cjk" for c in run.group()}))


def search_terms(query: str) -> tuple[Phrase, ...]:
    """What to look for: all phrases must be found, the tokens of one phrase side by side in this order.

    A phrase of one Chinese character is looked for among `single_characters`; an empty answer means nothing to search.
    """
    phrases: list[Phrase] = []
    for run in _RUNS.finditer(_fold(query)):
        tokens = tuple(_pairs(run.group())) if run.lastgroup == "cjk" else (_plain(run.group()),)
        if tokens not in phrases:
            phrases.append(tokens)
    return tuple(phrases)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _pairs(run: str) -> list[str]:
    return [run] if len(run) == 1 else [run[at : at + 2] for at in range(len(run) - 1)]


def _plain(word: str) -> str:
    if not word.isascii():
        marked = unicodedata.normalize("NFD", word)
        word = "".join(c for c in marked if not unicodedata.combining(c)) or word
    return word[:MOST_LETTERS]
