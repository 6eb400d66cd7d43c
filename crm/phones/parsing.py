"""Phone numbers as people type them, turned into E.164: one number, or a whole cell of them.

The reading of a number is the phonenumbers library's. What stands here is what the library leaves open: where one
number of a cell ends and the next begins, short forms that continue the number before, and local numbers without
their area code.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

import phonenumbers
from phonenumbers import Leniency, NumberParseException, PhoneMetadata, PhoneNumberMatcher, PhoneNumberType

FAX = "fax"
MOBILE = "mobile"

_LONGEST_CELL = 1000
_MOST_PHONES = 25
# Fewer digits than this are no number of their own: an extension, or the changed end of the number before.
_SHORTEST_NUMBER = 5
_LONGEST_LOCAL = 8
_LONGEST_EXTENSION = 20

_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_SPACES = re.compile(r"[^\S\n]+")
_EXTENSION_WORD = (
    r"(?:доб(?:авочный|\.)?|вн(?:утр(?:енний|ішній)?|\.)?|дод(?:атковий|\.)|ext(?:ension|n|\.)?|x(?=\s?\d)|#)"
)
_EXTENSION = re.compile(rf"(?<![^\W\d_]){_EXTENSION_WORD}(?![^\W\d_])[\s.:№]*", re.IGNORECASE)
_EXTENSION_MARK = "\x01"
_CONTINUED_MARK = "\x02"
_KIND_MARKS = {"\x03": FAX, "\x04": MOBILE}
_ANY_KIND_MARK = re.compile("[\x03\x04]")
_MARKS = re.compile("[\x01-\x04]")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_LETTERS = re.compile(r"[^\W\d_]")
_WORDS = re.compile(r"[^\W\d_][^\d(+,;/|\n\x01-\x04]*")
_SEPARATORS = re.compile(r"([,;/|\n]+)")
_DIGITS = re.compile(r"\D+")
_PLAIN_NUMBER = re.compile(r"[+(]{0,2}\d[\d\s()-]{4,18}\d")
_TRUNK_BEFORE_CODE = re.compile(r"^\+?\d{0,3}\s*-?\s*\((\d+)\s*\)")
_FAX_WORD = re.compile(r"факс|fax", re.IGNORECASE)
_MOBILE_WORD = re.compile(r"(?<![^\W\d_])(?:моб|сот|mob|cell)", re.IGNORECASE)
_PHONE_AND_FAX = re.compile(r"(?:тел|phone|tel)\w*\.?\s*[/\\-]\s*(?:факс|fax)\w*\.?:?", re.IGNORECASE)


@dataclass(frozen=True)
class ParsedPhone:
    """`typed` is the text as given; `e164` is "" when no number could be made of it; `kind` is "fax" or "mobile"
    when a word beside the number says so."""

    typed: str
    e164: str = ""
    extension: str = ""
    is_valid: bool = False
    kind: str = ""


def parse_phone(typed: str, *, region: str, area_code: str = "") -> ParsedPhone:
    """One number, perhaps with an extension. `region` is an ISO 3166 code, `area_code` goes before local numbers."""
    text = _tidy(typed)
    base, mark, extension = _EXTENSION.sub(_EXTENSION_MARK, text).partition(_EXTENSION_MARK)
    e164 = _to_e164(base.strip(), region, area_code)
    extension = ", ".join(re.findall(r"\d+", extension))[:_LONGEST_EXTENSION] if mark else ""
    return ParsedPhone(typed=text, e164=e164, extension=extension, is_valid=bool(e164))


def split_phones(cell: str, *, region: str, area_code: str = "") -> list[ParsedPhone]:
    """Every number of a cell in its order, each once; text that is no number comes back as typed, not valid."""
    text = _tidy(cell)
    if not text:
        return []
    if _PLAIN_NUMBER.fullmatch(text):
        e164 = _to_e164(text, region, area_code)
        if e164:
            return [ParsedPhone(typed=text, e164=e164, is_valid=True, kind="")]
    return _CellReader(region, area_code).read(text)


class _CellReader:
    """Holds what the numbers of one cell tell about those after them: the area code, and the last whole number."""

    def __init__(self, region: str, area_code: str) -> None:
        self.region = region
        self.area_code = area_code
        self.code_before = ""
        self.length_before = 0
        self.kind_ahead = ""
        self.is_after_extension = False
        self.phones: list[ParsedPhone] = []
        self.text = ""

    def read(self, text: str) -> list[ParsedPhone]:
        self.text = text
        marked = _mark_notes(text)
        pieces = _SEPARATORS.split(marked)
        for index in range(0, len(pieces), 2):
            separator = pieces[index - 1] if index else ""
            for piece in self._split_run_together(pieces[index]):
                self._take(self._note_kind(piece), separator)
        if not any(phone.is_valid for phone in self.phones):
            return [ParsedPhone(typed=text)]
        if self.kind_ahead:
            self.phones[-1] = replace(self.phones[-1], kind=self.kind_ahead)
        return _fold(self.phones)[:_MOST_PHONES]

    def _split_run_together(self, piece: str) -> list[str]:
        """Numbers with nothing but spaces or words between them."""
        if len(_DIGITS.sub("", piece.partition(_EXTENSION_MARK)[0])) <= 11 and _EXTENSION_MARK not in piece:
            return [piece]
        matches = list(PhoneNumberMatcher(piece, self.region, leniency=Leniency.VALID))
        if len(matches) < 2 and not (matches and _EXTENSION_MARK in piece[: matches[0].start]):
            return self._split_at_spaces(piece)
        starts = [match.start for match in matches]
        if piece[: starts[0]].strip():
            starts.insert(0, 0)
        return [piece[start:end] for start, end in zip(starts, [*starts[1:], len(piece)], strict=True)]

    def _split_at_spaces(self, piece: str) -> list[str]:
        words = piece.split()
        for count in range(1, len(words)):
            head, tail = " ".join(words[:count]), " ".join(words[count:])
            if _to_e164(head, self.region, self.area_code) and _to_e164(words[-1], self.region, self.area_code):
                return [head, *self._split_at_spaces(tail)]
            if _to_e164(head, self.region, self.area_code) and _to_e164(tail, self.region, self.area_code):
                return [head, tail]
        return [piece]

    def _note_kind(self, piece: str) -> str:
        """Remember what a word says of the number in its piece or, when there is none, of the next number."""
        for mark in _ANY_KIND_MARK.findall(piece):
            self.kind_ahead = _KIND_MARKS[mark]
        return _ANY_KIND_MARK.sub(" ", piece).strip()

    def _take(self, piece: str, separator: str) -> None:
        base, mark, extension = piece.partition(_EXTENSION_MARK)
        digits = _DIGITS.sub("", base)
        if mark and not digits:
            self._extend(extension)
        elif digits and len(digits) < _SHORTEST_NUMBER and self.phones:
            self._take_short(piece, digits, separator)
        elif digits or mark:
            self._take_number(base, extension)

    def _take_short(self, piece: str, digits: str, separator: str) -> None:
        """A few digits after a number: another extension, or the changed end of that number ("343-25-34, 35-36")."""
        if self.is_after_extension or (len(digits) > 2 and piece.startswith(_CONTINUED_MARK)):
            self._extend(digits)
            return
        before = self.phones[-1]
        e164 = _to_e164(before.e164[: -len(digits)] + digits, self.region, "") if before.is_valid else ""
        if not e164 or (len(digits) == 1 and separator != "/"):
            self.phones[-1] = replace(before, typed=f"{before.typed}{separator or ' '}{_clean(piece)}")
            return
        self.phones.append(ParsedPhone(typed=_clean(piece), e164=e164, is_valid=True, kind=before.kind))

    def _take_number(self, base: str, extension: str) -> None:
        number, _mark, continued = base.partition(_CONTINUED_MARK)
        typed = _clean(number)
        e164 = self._continue_area_code(typed) or _to_e164(typed, self.region, self.area_code)
        self.phones.append(ParsedPhone(typed=typed, e164=e164, is_valid=bool(e164), kind=self.kind_ahead))
        self.kind_ahead = ""
        self.is_after_extension = False
        self._remember_area_code(typed, e164)
        if extension:
            self._extend(extension)
        if continued:
            self._take_short(_CONTINUED_MARK + continued, _DIGITS.sub("", continued), " ")

    def _extend(self, extension: str) -> None:
        numbers = re.findall(r"\d+", extension)
        if not self.phones or not numbers:
            return
        before = self.phones[-1]
        joined = ", ".join([*filter(None, [before.extension]), *numbers])
        word = "доб." if re.search("[а-яё]", self.text, re.IGNORECASE) else "ext."
        typed = f"{before.typed.partition(f' {word}')[0]} {word} {joined}"
        self.phones[-1] = replace(before, typed=typed, extension=joined[:_LONGEST_EXTENSION])
        self.is_after_extension = True

    def _continue_area_code(self, typed: str) -> str:
        """ "(499) 237-31-81, 237-44-72": the second number stands under the code of the first."""
        digits = _DIGITS.sub("", typed)
        if not self.code_before or not _SHORTEST_NUMBER <= len(digits) <= _LONGEST_LOCAL or typed[0] in "+(":
            return ""
        calling_code = phonenumbers.country_code_for_region(self.region)
        if len(digits) + len(self.code_before) != self.length_before:
            return ""
        return _to_e164(f"+{calling_code}{self.code_before}{digits}", self.region, "")

    def _remember_area_code(self, typed: str, e164: str) -> None:
        """A code written with the trunk prefix and no brackets ("8-499-…") belongs to its own number alone."""
        if not e164:
            return
        if len(_DIGITS.sub("", typed)) <= _LONGEST_LOCAL:
            return
        number = phonenumbers.parse(e164)
        national = str(number.national_number)
        is_ours = number.country_code == phonenumbers.country_code_for_region(self.region)
        bracketed = _TRUNK_BEFORE_CODE.match(typed) or re.match(r"^(\d+)\s*\)", typed)
        if not is_ours or phonenumbers.number_type(number) == PhoneNumberType.MOBILE:
            return
        self.length_before = len(national)
        if bracketed:
            self.code_before = bracketed.group(1)
        elif len(_DIGITS.sub("", typed)) == len(national):
            self.code_before = national[: phonenumbers.length_of_geographical_area_code(number)]


@lru_cache(maxsize=65_536)
def is_mobile(e164: str) -> bool:
    """By the numbering plan of its country; False where mobile numbers look like all others."""
    return phonenumbers.number_type(phonenumbers.parse(e164)) == PhoneNumberType.MOBILE


def _tidy(text: str) -> str:
    joined = _DASHES.sub("-", _MARKS.sub("", text[:_LONGEST_CELL])).replace("\r", "\n")
    return _SPACES.sub(" ", joined).strip(" \n")


def _mark_notes(text: str) -> str:
    """Extensions marked, words about a number ("касса", "тел.") turned into borders, brackets around them opened."""
    marked = _EXTENSION.sub(_EXTENSION_MARK, _PHONE_AND_FAX.sub("\n", text))
    marked = _BRACKETS.sub(_open_bracket, marked)
    return _WORDS.sub(lambda match: f" \n {_kind_mark(match.group())} ", marked)


def _kind_mark(words: str) -> str:
    if _FAX_WORD.search(words):
        return "\x03"
    return "\x04" if _MOBILE_WORD.search(words) else ""


def _open_bracket(match: re.Match[str]) -> str:
    inside = match.group(1)
    if _EXTENSION_MARK in inside:
        return inside
    if _LETTERS.search(inside):
        return f" {_kind_mark(inside)} "
    digits = _DIGITS.sub("", inside)
    is_after_number = bool(re.search(r"\d[\d\s-]{4,},?\s*$", match.string[: match.start()]))
    if 2 <= len(digits) <= 5 and is_after_number and not re.match(r"\s*-?\s*\d", match.string[match.end() :]):
        return f"{_CONTINUED_MARK}{digits}"
    return match.group(0)


def _clean(piece: str) -> str:
    return piece.replace(_EXTENSION_MARK, " ").replace(_CONTINUED_MARK, " ").strip(" .:\n").lstrip("- ")


def _fold(phones: list[ParsedPhone]) -> list[ParsedPhone]:
    """Duplicates once, an extension being part of the number."""
    kept: dict[tuple[str, str], ParsedPhone] = {}
    for phone in phones:
        kept.setdefault((phone.e164 or phone.typed, phone.extension), phone)
    return list(kept.values())


@lru_cache(maxsize=65_536)
def _to_e164(typed: str, region: str, area_code: str) -> str:
    """E.164 of one number, "" when it is none that could be dialled."""
    digits = _DIGITS.sub("", typed)
    if not _SHORTEST_NUMBER <= len(digits) <= 15:
        return ""
    as_typed = _valid_e164(typed, region)
    if as_typed and (typed.startswith("+") or not area_code or len(digits) > _LONGEST_LOCAL):
        return as_typed
    metadata = PhoneMetadata.metadata_for_region(region.upper())
    if as_typed and metadata and metadata.national_prefix and typed.startswith(metadata.national_prefix):
        return as_typed
    if area_code and len(digits) <= _LONGEST_LOCAL and typed[0] not in "+(":
        with_code = _valid_e164(f"{area_code}{digits}", region)
        return with_code or as_typed
    if not as_typed and digits.startswith("00"):
        return _valid_e164(f"+{digits[2:]}", region)
    return as_typed


def _valid_e164(typed: str, region: str) -> str:
    try:
        number = phonenumbers.parse(typed, region.upper())
    except NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    code = _TRUNK_BEFORE_CODE.match(typed)
    # "8(03)5648948" is one digit short, yet passes for a number when the brackets are forgotten.
    if code and not str(number.national_number).startswith(code.group(1).lstrip("0")):
        return ""
    if code and code.group(1).startswith("0") and not _has_trunk_zero(region):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _has_trunk_zero(region: str) -> bool:
    metadata = PhoneMetadata.metadata_for_region(region.upper())
    return bool(metadata and (metadata.national_prefix or "").startswith("0"))
