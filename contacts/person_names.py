"""A person's name in one cell, taken apart: "и.о. Петренко Іван Олегович", "Petrenko I. O.", "Ivan Petrenko"."""

import re
from dataclasses import dataclass

# A small "о" tells "и.о." (acting) from the initials "И.О.".
_ACTING = re.compile(r"^(?:[ИиВв]\.?\s?о\b|[Тт]\.?\s?в\.?\s?о\b|[Вв]рио\b|[Вв]р\.\s?и\.\s?о\b|[Aa]cting\b)[\s.]*")
_SALUTATION = re.compile(r"^(mr|mrs|ms|miss|dr|prof|sir|господин|госпожа|г-н|г-жа|пан|пані)\.?\s+", re.IGNORECASE)
_PATRONYMIC = re.compile(r"[\w-]+(?:вич|вна|ична|івна|ївна|йович|кызы|оглы|огли)", re.IGNORECASE)
_CYRILLIC = re.compile("[а-яёіїєґ]", re.IGNORECASE)
_INITIALS = re.compile(r"(?:[^\W\d_]\.[\s-]?){1,2}[^\W\d_]?\.?")
_IN_BRACKETS = re.compile(r"\([^()]*\)")
_LONGEST_PART = 100


@dataclass(frozen=True)
class PersonName:
    first: str = ""
    middle: str = ""
    last: str = ""
    salutation: str = ""
    is_acting: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.first or self.last)


def parse_person_name(text: str) -> PersonName:
    """Empty for what cannot be a person's name: digits, one letter, more than six words."""
    bare = " ".join(_IN_BRACKETS.sub(" ", text).split()).strip(" ,;")
    bare, acting = _ACTING.subn("", bare)
    salutation = _SALUTATION.match(bare)
    bare = bare[salutation.end() :] if salutation else bare
    if any(character.isdigit() or character in "@/" for character in bare):
        return PersonName()
    first, middle, last = (part[:_LONGEST_PART] for part in _parts(bare))
    title = salutation.group(0).strip() if salutation else ""
    return PersonName(first, middle, last, title, is_acting=bool(acting))


def _parts(bare: str) -> tuple[str, str, str]:
    """First, middle and last name."""
    if "," in bare:
        last, _comma, given = bare.partition(",")
        first, _gap, middle = given.strip().partition(" ")
        return first, middle, last.strip()
    words = _words(bare)
    if not 1 <= len(words) <= 6 or sum(len(word) for word in words) < 2:
        return "", "", ""
    if len(words) == 1:
        return "", "", words[0]
    return _order(words)


def _words(bare: str) -> list[str]:
    """Initials come apart ("Л.В." is "Л." and "В."); a dot after a whole word is a slip."""
    words: list[str] = []
    for word in bare.split():
        if _INITIALS.fullmatch(word):
            words += [f"{letter}." for letter in re.findall(r"[^\W\d_]", word)]
        else:
            words.append(word.rstrip("."))
    return [word for word in words if word]


def _order(words: list[str]) -> tuple[str, str, str]:
    is_initial = [word.endswith(".") for word in words]
    if is_initial[0]:
        initials = [word for word in words[:-1] if word.endswith(".")]
        return initials[0], " ".join(initials[1:]), " ".join(word for word in words if not word.endswith("."))
    patronymic = next((i for i, word in enumerate(words) if i and _PATRONYMIC.fullmatch(word)), None)
    if patronymic == 1 and len(words) > 2:
        return words[0], words[1], " ".join(words[2:])
    if _CYRILLIC.search(words[0]) or is_initial[-1]:
        return words[1], " ".join(words[2:]), words[0]
    return words[0], " ".join(words[1:-1]), words[-1]
