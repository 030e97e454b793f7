"""Which language a text is written in, as far as the hub needs to know: whether somebody must translate it."""

LEAST = 20
"""So few Latin letters are a name or a number plate, not a letter in English."""


def is_english(text: str) -> bool:
    """Whether a text is written in English: Latin letters, with no more Chinese in it than names of places."""
    latin = sum(sign.isascii() and sign.isalpha() for sign in text)
    chinese = sum("\u4e00" <= sign <= "\u9fff" for sign in text)
    return latin >= LEAST and latin > 6 * chinese
