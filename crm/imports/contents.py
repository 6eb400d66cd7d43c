"""What kind of values a column holds, told from the values themselves."""

import re
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

from crm.imports.cells import value_of


class Kind(StrEnum):
    """What a field's values look like."""

    TEXT = "text"
    NAME = "name"
    PERSON = "person"
    PHONE = "phone"
    FAX = "fax"
    EMAIL = "email"
    URL = "url"
    TAX_ID = "tax_id"
    DATE = "date"
    ADDRESS = "address"
    POSTAL_CODE = "postal_code"
    CHOICE = "choice"


_EMAIL = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]{2,}")
_URL = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[^\W\d_]{2,}(?:/\S*)?", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?: \d\d:\d\d(?::\d\d)?)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
_PATRONYMIC = re.compile(r"[^\W\d_]+(?:вич|вна|ична|івна|ївна|йович|оглы|кызы)\.?", re.IGNORECASE)
# "Koval O.", "Koval O. P.", "O.P. Koval": a last name with one initial or two.
_INITIALS = re.compile(r"[^\W\d_][\w'’-]+ [^\W\d_]\.(?: ?[^\W\d_]\.?)?|[^\W\d_]\. ?(?:[^\W\d_]\. ?)?[^\W\d_][\w'’-]+")
# E.164 knows no longer number.
_MOST_DIGITS = 15
_BETWEEN_PHONES = re.compile(r"[,;/\n]|\s{2,}|\s(?=[+(8])")
_BEHIND_A_PERSON = re.compile(r"[,;(\n\d+]|\s[-–—]\s")
_ADDRESS = re.compile(
    r"(?<!\w)(?:ул|улица|вул|вулиця|пр|просп|проспект|пр-т|пр-д|проезд|пер|переулок|провулок|пл|площадь|бульвар|б-р|ш|шоссе"
    r"|наб|д|дом|буд|street|st|avenue|ave|road|rd|г|м|обл)(?!\w)\.?",
    re.IGNORECASE,
)
_TAX_ID = re.compile(r"\d{8}|\d{10}|\d{12}|[A-Z]{2}\d{8,12}|\d{2}-\d{7}")
_POSTAL_CODE = re.compile(r"\d{5,6}|\d{5}-\d{4}|\d{2}-\d{3}")


def _is_phone(text: str) -> bool:
    if is_clearly_a_person(" ".join(re.sub(r"[\d+()-]", " ", text).split())):
        return False
    first = _BETWEEN_PHONES.split(text)[0]
    if not any(map(str.isalpha, first)) and sum(map(str.isdigit, first)) > _MOST_DIGITS:
        return False
    digits = sum(character.isdigit() for character in text)
    letters = sum(character.isalpha() for character in text)
    has_shape = text[0] in "+(" or any(sign in text[1:] for sign in "-() ") or digits in (10, 11)
    return digits >= 7 and letters <= digits and has_shape and not _DATE.fullmatch(text)


def is_clearly_a_person(text: str) -> bool:
    """Two to five words with a patronymic or initials among them."""
    words = text.split()
    if not 2 <= len(words) <= 5 or any(character.isdigit() for character in text):
        return False
    return any(_PATRONYMIC.fullmatch(word) for word in words) or bool(_INITIALS.fullmatch(text))


def _is_person(text: str) -> bool:
    """A person, perhaps with a position and a phone behind him."""
    return any(is_clearly_a_person(part.strip()) for part in [text, *_BEHIND_A_PERSON.split(text)[:1]])


def _is_address(text: str) -> bool:
    return any(character.isdigit() for character in text) and bool(_ADDRESS.search(text))


_TESTS: dict[Kind, Callable[[str], bool]] = {
    Kind.EMAIL: lambda text: bool(_EMAIL.search(text)),
    Kind.URL: lambda text: bool(_URL.fullmatch(text)) and "@" not in text,
    Kind.PHONE: _is_phone,
    Kind.FAX: _is_phone,
    Kind.DATE: lambda text: bool(_DATE.fullmatch(text)),
    Kind.PERSON: _is_person,
    Kind.ADDRESS: _is_address,
    Kind.TAX_ID: lambda text: bool(_TAX_ID.fullmatch(text)),
    Kind.POSTAL_CODE: lambda text: bool(_POSTAL_CODE.fullmatch(text)),
}
# Values of these kinds are told from all others, so a column without a speaking header may still be mapped by them.
TELLING_KINDS = (Kind.EMAIL, Kind.URL, Kind.PHONE, Kind.PERSON)


def share_of_kind(values: Sequence[str], kind: Kind) -> float | None:
    """0 to 1: how many of the values look like the kind; None when the kind has no look, or there are no values."""
    test = _TESTS.get(kind)
    if test is None or not values:
        return None
    return sum(test(value) for value in values) / len(values)


def filled(cells: Iterable[str]) -> list[str]:
    """The values among cells, blank words left out."""
    return [value for cell in cells if (value := value_of(cell))]


def looks_like_a_label(text: str) -> bool:
    """Whether the text could stand in a header: short, with letters, and no value of a telling kind."""
    if not 0 < len(text) <= 80 or not any(character.isalpha() or character in "№#" for character in text):
        return False
    return not any(_TESTS[kind](text) for kind in (Kind.EMAIL, Kind.DATE, Kind.PHONE, Kind.PERSON))
