"""What people wrote: notes of the demo's kind, with words that are common, some that are rare, and a code for each."""

import random

# Every third note of ordinary clients holds it, and none of the two measured ones.
ELSEWHERE = "тендер"
NOWHERE = "квазіпланетарій"
COMMON = ("рахунок", "invoice", "директор", "договір", "security")
_SENTENCES = (
    "Надіслали рахунок, бухгалтерія сплатить до п’ятниці.",
    "Директор просить показати, як виглядає підтримка вночі.",
    "Договір на підписі в юристів, повернуться за тиждень.",
    "Домовилися про зустріч у їхньому офісі, буде весь відділ.",
    "Питали про знижку на другий рік.",
    "Не відповіли, набрати ще раз після обіду.",
    "Хочуть перенести сервери до кінця кварталу.",
    "Скаржаться, що звіт приходить запізно.",
    "Обговорили склад команди та ставки розробників.",
    "Просили двох інженерів з досвідом у банках.",
    "The invoice was paid this morning.",
    "Security wants the report of the last audit first.",
    "They compare us with two other vendors.",
    "Asked for references from the same trade.",
    "The new head of engineering starts next month.",
    "Sent the estimate; they will answer by Friday.",
    "Budget is approved, procurement sends the papers.",
    "The demo went well, the next step is a pilot.",
    "Передзвонили из бухгалтерии, нужен акт за май.",
    "Директор в отпуске, вернётся через две недели.",
)
_SYLLABLES = ("бо", "вер", "гра", "дні", "жа", "зо", "ку", "лі", "мо", "не", "пі", "рай", "сто", "та", "хви", "ше")
_NAMES_OF_PROJECTS = 2_000


def make_notes(count: int) -> list[str]:
    """The first half is written about anybody, the second half only elsewhere."""
    draw = random.Random(count)  # noqa: S311 nothing secret
    projects = ["".join(draw.choices(_SYLLABLES, k=4)).capitalize() for _ in range(_NAMES_OF_PROJECTS)]
    return [_note(draw, projects, is_elsewhere=number >= count // 2) for number in range(count)]


def _note(draw: random.Random, projects: list[str], *, is_elsewhere: bool) -> str:
    sentences = draw.sample(_SENTENCES, draw.choice((1, 1, 1, 2)))
    if draw.random() < 0.5:
        sentences.append(f"Проєкт «{draw.choice(projects)}».")
    if is_elsewhere and draw.random() < 0.6:
        sentences.append(f"Готуємо {ELSEWHERE}.")
    return " ".join(sentences)
