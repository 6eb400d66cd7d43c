"""How text is normalised before it is stored for search or compared with a query."""

import re
import unicodedata

# Separates the sections of a search document; normalised text never holds it.
SECTION_MARK = "\x1f"
# Letters that no decomposition maps to the plain one people type.
_PLAIN_LETTERS = str.maketrans({"ґ": "г", "ё": "е", "ø": "o", "đ": "d", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe"})
_APOSTROPHES = re.compile("['’ʼ`´]")
_GAPS = re.compile(r"[^\w@.+\-]+")


def normalise(text: str) -> str:
    """Case folded, accents and apostrophes removed, gaps and punctuation as one space: "Ґалаґан’s" → "галаганs"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN_LETTERS))
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return _GAPS.sub(" ", _APOSTROPHES.sub("", bare)).strip()


def digits_of(text: str) -> str:
    return "".join(sign for sign in text if sign.isascii() and sign.isdigit())
