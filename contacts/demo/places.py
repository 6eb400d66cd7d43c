"""Countries of the demo: cities, streets, and phone numbers that reach nobody."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from clients.tax_ids import check_tax_id


@dataclass(frozen=True)
class Country:
    """`lines` and `mobiles` are E.164 beginnings of numbers, to be filled up with digits to `phone_length`.

    Great Britain, Germany and the USA set numbers aside for films; elsewhere a subscriber number that begins with
    zero is never given out.
    """

    code: str
    time_zone: str
    language: str
    cities: tuple[tuple[str, str, str], ...]  # city, region, beginning of the postal code
    streets: tuple[str, ...]
    postal_code: str
    address: str
    lines: tuple[str, ...]
    mobiles: tuple[str, ...]
    phone_length: int
    tax_id: str = ""


UKRAINE = Country(
    code="UA",
    time_zone="Europe/Kyiv",
    language="uk",
    cities=(
        ("Київ", "Київ", "01"),
        ("Львів", "Львівська область", "79"),
        ("Одеса", "Одеська область", "65"),
        ("Харків", "Харківська область", "61"),
        ("Дніпро", "Дніпропетровська область", "49"),
        ("Вінниця", "Вінницька область", "21"),
        ("Чернівці", "Чернівецька область", "58"),
        ("Полтава", "Полтавська область", "36"),
        ("Івано-Франківськ", "Івано-Франківська область", "76"),
    ),
    streets=(
        "вул. Садова",
        "вул. Ярослава Мудрого",
        "просп. Науки",
        "вул. Соборна",
        "вул. Лесі Українки",
        "бульв. Шевченка",
        "вул. Ґонти",
        "пров. Тихий",
        "вул. Об’їзна",
        "наб. Річкова",
    ),
    postal_code="{area}0##",
    address="{street}, {house}",
    lines=("+380440", "+380320", "+380480", "+380570", "+380560"),
    mobiles=("+380500", "+380670", "+380630", "+380930"),
    phone_length=13,
    tax_id="9#######",
)
POLAND = Country(
    code="PL",
    time_zone="Europe/Warsaw",
    language="pl",
    cities=(
        ("Warszawa", "Mazowieckie", "00"),
        ("Kraków", "Małopolskie", "30"),
        ("Wrocław", "Dolnośląskie", "50"),
        ("Gdańsk", "Pomorskie", "80"),
        ("Poznań", "Wielkopolskie", "60"),
        ("Łódź", "Łódzkie", "90"),
    ),
    streets=("ul. Polna", "ul. Leśna", "ul. Słoneczna", "al. Lipowa", "ul. Krótka", "ul. Źródlana"),
    postal_code="{area}-###",
    address="{street} {house}",
    lines=("+48220", "+48120", "+48710", "+48580"),
    mobiles=("+4850000", "+4860000"),
    phone_length=12,
    tax_id="999#######",
)
BRITAIN = Country(
    code="GB",
    time_zone="Europe/London",
    language="en",
    cities=(
        ("London", "Greater London", "EC1A"),
        ("Manchester", "Greater Manchester", "M1"),
        ("Leeds", "West Yorkshire", "LS1"),
        ("Bristol", "Bristol", "BS1"),
        ("Edinburgh", "Scotland", "EH1"),
    ),
    streets=("Mill Lane", "Station Road", "Orchard Street", "Kingfisher Way", "Harbour Road", "Old Brewery Yard"),
    postal_code="{area} #XX",
    address="{house} {street}",
    lines=("+442079460", "+441614960", "+441134960", "+441174960", "+441314960"),
    mobiles=("+442079460",),
    phone_length=13,
    tax_id="99#######",
)
GERMANY = Country(
    code="DE",
    time_zone="Europe/Berlin",
    language="de",
    cities=(
        ("Berlin", "Berlin", "10"),
        ("Frankfurt am Main", "Hessen", "60"),
        ("Hamburg", "Hamburg", "20"),
        ("Köln", "Nordrhein-Westfalen", "50"),
        ("München", "Bayern", "80"),
    ),
    streets=("Lindenstraße", "Mühlenweg", "Am Hafen", "Gartenstraße", "Böttchergasse"),
    postal_code="{area}###",
    address="{street} {house}",
    lines=("+493023125", "+496990009", "+494066969", "+492214710", "+498999998"),
    mobiles=("+4917139200",),
    phone_length=13,
    tax_id="99#######",
)
AMERICA = Country(
    code="US",
    time_zone="America/New_York",
    language="en",
    cities=(
        ("New York", "New York", "100"),
        ("Boston", "Massachusetts", "021"),
        ("Austin", "Texas", "787"),
        ("Seattle", "Washington", "981"),
    ),
    streets=("Maple Avenue", "Second Street", "Juniper Drive", "Cannery Row", "Foundry Street"),
    postal_code="{area}##",
    address="{house} {street}",
    lines=("+121255501", "+161755501", "+151255501", "+120655501"),
    mobiles=("+121255501", "+161755501"),
    phone_length=12,
    tax_id="99#######",
)
KAZAKHSTAN = Country(
    code="KZ",
    time_zone="Asia/Almaty",
    language="ru",
    cities=(
        ("Алматы", "Алматы", "050"),
        ("Астана", "Астана", "010"),
        ("Караганда", "Карагандинская область", "100"),
    ),
    streets=("ул. Абая", "пр. Достык", "ул. Сатпаева", "ул. Весенняя", "пр. Мира"),
    postal_code="{area}0##",
    address="{street}, {house}",
    lines=("+772720", "+771720"),
    mobiles=("+770100", "+777700"),
    phone_length=12,
)

# How often each is drawn.
COUNTRIES: Mapping[Country, int] = {
    UKRAINE: 52,
    POLAND: 14,
    BRITAIN: 12,
    GERMANY: 9,
    AMERICA: 6,
    KAZAKHSTAN: 7,
}


def fill(draw: random.Random, pattern: str) -> str:
    """A digit for each #, a capital letter for each X."""
    signs = {"#": "0123456789", "X": "ABDEFGHJLNPQRSTUWXYZ"}
    return "".join(draw.choice(signs[sign]) if sign in signs else sign for sign in pattern)


def make_phone(draw: random.Random, country: Country, *, beginnings: tuple[str, ...]) -> str:
    start = draw.choice(beginnings)
    return fill(draw, start.ljust(country.phone_length, "#"))


def make_tax_id(draw: random.Random, country: Country) -> str:
    """A number whose check digits are right; "" where the country's rules are unknown."""
    while country.tax_id:
        try:
            return check_tax_id(fill(draw, country.tax_id), country.code)
        except ValidationError:
            continue
    return ""


def make_address(draw: random.Random, country: Country) -> dict[str, str]:
    city, region, area = draw.choice(country.cities)
    address = country.address.format(street=draw.choice(country.streets), house=draw.randint(1, 148))
    postal_code = fill(draw, country.postal_code.format(area=area))
    return {
        "country": country.code,
        "region": region,
        "city": city,
        "postal_code": postal_code,
        "address": address,
    }
