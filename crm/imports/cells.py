"""Words that people put into a cell to say that there is nothing to put there, and headers in a comparable form."""

import re

from crm.search.text import normalise

_BLANK_WORDS = {
    normalise(word)
    for word in (
        *("отсутствует", "отсутствуют", "отсутств", "нет", "нет данных", "нет информации", "н/д", "н.д", "н д", "нд"),
        *("не указан", "не указана", "не указано", "не указаны", "неизвестно", "неизвестен", "не имеется", "не задано"),
        *("н/у", "б/н", "без номера", "не определено", "не определен", "пусто", "прочерк", "не заполнено", "вакансия"),
        *("вакантно", "вакант", "вакантная должность", "место вакантно"),
        *("відсутній", "відсутня", "відсутнє", "відсутні", "немає", "немає даних", "не вказано", "невідомо", "нема"),
        *("не вказаний", "не вказана", "вакансія", "посада вакантна"),
        *("none", "null", "nil", "nan", "n/a", "na", "n.a", "not available", "unknown", "not specified", "no data"),
        *("missing", "empty", "undefined", "tbd", "vacant"),
    )
}
_SIGNS_ALONE = re.compile(r"[\W_]*")
_DIGIT = re.compile(r"\d")
_HEADER_GAPS = re.compile(r"[\s._\-+@/]+")


def is_blank_word(text: str) -> bool:
    """Whether the cell holds no value: nothing, dashes and the like alone, or a word such as "отсутствует"."""
    if len(text) > 40 or _DIGIT.search(text):
        return False
    if _SIGNS_ALONE.fullmatch(text):
        return True
    bare = normalise(text).strip(".-+@ ")
    return bare in _BLANK_WORDS


def value_of(cell: str) -> str:
    """The cell's text without gaps at its ends and doubled inside; "" for a blank word."""
    text = " ".join(cell.split(" ")) if "\n" in cell else " ".join(cell.split())
    text = text.replace("\u00a0", " ").strip()
    return "" if is_blank_word(text) else text


def header_key(header: str) -> str:
    """The header as it is compared: "Доп._информация:" and "доп информация" are the same."""
    return _HEADER_GAPS.sub(" ", normalise(header)).strip()


def column_letter(index: int) -> str:
    """The name that Excel gives to a column, counted from 0: A … Z, AA …"""
    letters = ""
    number = index + 1
    while number:
        number, remainder = divmod(number - 1, 26)
        letters = chr(65 + remainder) + letters
    return letters
