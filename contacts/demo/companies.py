"""Companies of the demo: buyers of IT services whose names nobody bears."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from anyascii import anyascii
from django.utils.text import slugify

from contacts.demo.places import Country


@dataclass(frozen=True)
class Trade:
    """What a company does; `words` go before or after its own name, in the language of the country."""

    industry: str
    words: Mapping[str, tuple[str, ...]]
    tags: tuple[str, ...]
    needs: str


TRADES = (
    Trade(
        "Banking",
        {"uk": ("Банк",), "ru": ("Банк",), "pl": ("Bank",), "en": ("Bank", "Savings"), "de": ("Bank",)},
        ("24/7 support", "security"),
        "Mobile bank, payment gateway and a hot line around the clock.",
    ),
    Trade(
        "Insurance",
        {
            "uk": ("Страхова компанія",),
            "ru": ("Страховая компания",),
            "pl": ("Ubezpieczenia",),
            "en": ("Insurance",),
            "de": ("Versicherung",),
        },
        ("integration",),
        "Portal for agents, settlement of claims, exchange with the regulator.",
    ),
    Trade(
        "Health care",
        {
            "uk": ("Клініка", "Медичний центр"),
            "ru": ("Клиника",),
            "pl": ("Klinika", "Centrum medyczne"),
            "en": ("Clinics", "Health"),
            "de": ("Klinik",),
        },
        ("personal data", "mobile app"),
        "Appointments on line, medical records, laboratory exchange.",
    ),
    Trade(
        "Retail",
        {
            "uk": ("Мережа магазинів", "Торговий дім"),
            "ru": ("Торговый дом",),
            "pl": ("Sklepy",),
            "en": ("Stores", "Retail"),
            "de": ("Handel",),
        },
        ("web shop", "loyalty"),
        "Web shop, loyalty programme, stock levels in every shop.",
    ),
    Trade(
        "Logistics",
        {
            "uk": ("Логістика", "Перевезення"),
            "ru": ("Логистика",),
            "pl": ("Logistyka", "Transport"),
            "en": ("Logistics", "Freight"),
            "de": ("Spedition", "Logistik"),
        },
        ("integration", "mobile app"),
        "Route planning, tracking for customers, work with customs.",
    ),
    Trade(
        "Manufacturing",
        {
            "uk": ("Завод", "Фабрика"),
            "ru": ("Завод",),
            "pl": ("Fabryka", "Zakłady"),
            "en": ("Works", "Manufacturing"),
            "de": ("Werke", "Maschinenbau"),
        },
        ("ERP", "on premises"),
        "Moves from an old ERP; the shop floor runs on tablets.",
    ),
    Trade(
        "Agriculture",
        {
            "uk": ("Агрофірма", "Аграрна спілка"),
            "ru": ("Агрохолдинг",),
            "pl": ("Agro",),
            "en": ("Farms",),
            "de": ("Agrar",),
        },
        ("ERP", "field sensors"),
        "Field sensors, grain accounting, fuel control.",
    ),
    Trade(
        "Education",
        {
            "uk": ("Університет", "Школа"),
            "ru": ("Академия",),
            "pl": ("Akademia",),
            "en": ("College", "Learning"),
            "de": ("Akademie",),
        },
        ("web portal",),
        "Distance learning, timetable, admission on line.",
    ),
    Trade(
        "Real estate",
        {
            "uk": ("Будівельна компанія", "Нерухомість"),
            "ru": ("Строительная компания",),
            "pl": ("Nieruchomości",),
            "en": ("Estates", "Property"),
            "de": ("Immobilien",),
        },
        ("web portal", "CRM"),
        "Catalogue of flats with booking; contracts signed electronically.",
    ),
    Trade(
        "Hospitality",
        {
            "uk": ("Готель", "Ресторанна група"),
            "ru": ("Отель",),
            "pl": ("Hotele",),
            "en": ("Hotels", "Kitchens"),
            "de": ("Hotels",),
        },
        ("booking",),
        "Booking engine, kitchen screens, delivery.",
    ),
    Trade(
        "Energy",
        {
            "uk": ("Енергетична компанія",),
            "ru": ("Энерго",),
            "pl": ("Energia",),
            "en": ("Energy", "Power"),
            "de": ("Energie",),
        },
        ("on premises", "security"),
        "Metering data, personal accounts of consumers, tight security rules.",
    ),
    Trade(
        "Public sector",
        {
            "uk": ("Комунальне підприємство",),
            "ru": ("Центр услуг",),
            "pl": ("Urząd",),
            "en": ("Borough services",),
            "de": ("Stadtwerke",),
        },
        ("tender", "accessibility"),
        "Services for residents; everything by tender.",
    ),
)

NAMES = {
    "uk": (
        "Калина",
        "Дністер",
        "Полісся",
        "Ґазда",
        "Оболонська брама",
        "Їжачок",
        "Верховина",
        "Стожари",
        "Світанок",
        "Чумацький шлях",
        "Явір",
        "Мальва",
        "Зелений гай",
        "Бурштин",
        "Каштан",
        "Рута",
        "Оріон-Захід",
        "Лебідь",
        "Срібний колос",
        "П’ятий елемент",
        "Джерело",
        "Магура",
        "Тиса",
        "Вітряк",
        "Гребля",
        "Соняшник-Плюс",
    ),
    "ru": ("Берёзка", "Северный ветер", "Тулпар", "Ёлка", "Подсолнух", "Горизонт-А", "Снежный барс", "Арыстан"),
    "pl": ("Bursztyn", "Żubr", "Sowa", "Jaskółka", "Świt", "Łąka", "Złota Rybka", "Wierzba", "Dębowy Las", "Gęś"),
    "en": (
        "Larkspur",
        "Bluewater Quay",
        "Harrowgate",
        "Silver Birch",
        "Foxglove",
        "Northwick",
        "Tidewater",
        "Oakhollow",
        "Marlin & Moss",
        "Pebblebrook",
        "Starling",
        "Copperfield",
        "Willowmere",
        "Redstone",
    ),
    "de": ("Rotkehlchen", "Grünwald", "Nordlicht", "Mühlbach", "Kranich", "Sonnenfeld", "Birkenhof", "Bärental"),
}
LEGAL_FORMS = {
    "uk": ("ТОВ «{}»", "ПрАТ «{}»", "ПП «{}»"),
    "ru": ("ТОО «{}»", "АО «{}»"),
    "pl": ("{} sp. z o.o.", "{} S.A."),
    "en": ("{} Ltd", "{} plc"),
    "de": ("{} GmbH", "{} AG"),
}
AMERICAN_FORMS = ("{} Inc.", "{} LLC")
SOURCES = ("Referral", "Website", "Conference", "Cold call", "Tender", "Partner", "LinkedIn")
DEMO_DOMAIN = "example"


@dataclass(frozen=True)
class Company:
    name: str
    legal_name: str
    trade: Trade
    domain: str


def each_company(draw: random.Random, country: Country) -> Iterator[Company]:
    """Companies of a country in random order, no name twice."""
    language = country.language
    pairs = [(trade, word, name) for trade in TRADES for word in trade.words[language] for name in NAMES[language]]
    draw.shuffle(pairs)
    forms = AMERICAN_FORMS if country.code == "US" else LEGAL_FORMS[language]
    for trade, word, own_name in pairs:
        yield Company(
            name=display_name(language, word, own_name),
            legal_name=draw.choice(forms).format(own_name),
            trade=trade,
            domain=f"{latin(own_name)}-{latin(word)}.{country.code.lower()}.{DEMO_DOMAIN}",
        )


def display_name(language: str, word: str, own_name: str) -> str:
    """As people of the language write it: the trade before the name in quotes, or after it."""
    if language in {"uk", "ru"}:
        return f"{word} «{own_name}»"
    return f"{own_name} {word}"


def latin(text: str) -> str:
    """Lower-case ASCII with dashes, for addresses of the web: "Їжачок" → "yizhachok"."""
    return slugify(anyascii(text))
