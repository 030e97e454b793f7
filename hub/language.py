"""Which language a text is written in, as far as the hub needs to know: whether somebody must translate it."""

import re

LEAST = 20
"""So few Latin letters are a name or a number plate, not a letter in English."""
_LATIN, _CHINESE = re.compile(r"[A-Za-z]"), re.compile(r"[\u4e00-\u9fff]")


def is_english(text: str) -> bool:
    """Whether a text is written in English: Latin letters, with no more Chinese in it than names of places."""
    latin = len(_LATIN.findall(text))
    return latin >= LEAST and latin > 6 * len(_CHINESE.findall(text))
