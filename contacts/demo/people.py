"""Names and jobs of the demo's people, by the country they work in."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Names:
    """Given names are paired with the form of the last name by gender; `middle` is empty where nobody uses one."""

    men: tuple[str, ...]
    women: tuple[str, ...]
    last_of_men: tuple[str, ...]
    last_of_women: tuple[str, ...]
    middle_of_men: tuple[str, ...] = ()
    middle_of_women: tuple[str, ...] = ()
    salutations: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class PersonName:
    salutation: str
    first: str
    middle: str
    last: str


UKRAINIAN = Names(
    men=(
        "Андрій",
        "Богдан",
        "Віталій",
        "Григорій",
        "Дмитро",
        "Євген",
        "Ігор",
        "Максим",
        "Назар",
        "Олег",
        "Остап",
        "Роман",
        "Сергій",
        "Тарас",
        "Юрій",
        "Ярослав",
    ),
    women=(
        "Анастасія",
        "Валентина",
        "Ганна",
        "Дарина",
        "Зоряна",
        "Ірина",
        "Катерина",
        "Леся",
        "Мар’яна",
        "Наталія",
        "Оксана",
        "Олена",
        "Соломія",
        "Тетяна",
        "Уляна",
        "Юлія",
    ),
    last_of_men=(
        "Коваленко",
        "Бондаренко",
        "Ґонта",
        "Шевчук",
        "Мельник",
        "Савицький",
        "Гнатюк",
        "Левченко",
        "Їжакевич",
        "Дем’янюк",
        "Романишин",
        "Петренко",
        "Кушнір",
        "Олійник",
        "Яворський",
        "Чорновіл",
        "Заяць",
        "Лисенко",
        "Паламарчук",
        "Онищук",
        "Тимчук",
        "Вербицький",
        "Руденко",
        "Швець",
        "Біленький",
        "Кравець",
    ),
    last_of_women=(
        "Коваленко",
        "Бондаренко",
        "Ґонта",
        "Шевчук",
        "Мельник",
        "Савицька",
        "Гнатюк",
        "Левченко",
        "Їжакевич",
        "Дем’янюк",
        "Романишин",
        "Петренко",
        "Кушнір",
        "Олійник",
        "Яворська",
        "Чорновол",
        "Заяць",
        "Лисенко",
        "Паламарчук",
        "Онищук",
        "Тимчук",
        "Вербицька",
        "Руденко",
        "Швець",
        "Біленька",
        "Кравець",
    ),
    middle_of_men=("Андрійович", "Богданович", "Ігорович", "Миколайович", "Олегович", "Петрович", "Степанович"),
    middle_of_women=("Андріївна", "Богданівна", "Ігорівна", "Миколаївна", "Олегівна", "Петрівна", "Степанівна"),
    salutations=("пане", "пані"),
)
RUSSIAN = Names(
    men=("Алексей", "Артём", "Василий", "Глеб", "Егор", "Илья", "Никита", "Павел", "Семён", "Тимур"),
    women=("Алия", "Вера", "Дарья", "Жанна", "Ксения", "Марина", "Ольга", "Полина", "Светлана", "Юлия"),
    last_of_men=("Соловьёв", "Абдрахманов", "Ким", "Лебедев", "Нурланов", "Орлов", "Сафин", "Тихонов", "Фёдоров"),
    last_of_women=(
        "Соловьёва",
        "Абдрахманова",
        "Ким",
        "Лебедева",
        "Нурланова",
        "Орлова",
        "Сафина",
        "Тихонова",
        "Фёдорова",
    ),
    middle_of_men=("Алексеевич", "Маратович", "Сергеевич", "Юрьевич"),
    middle_of_women=("Алексеевна", "Маратовна", "Сергеевна", "Юрьевна"),
)
POLISH = Names(
    men=("Adam", "Bartosz", "Grzegorz", "Jakub", "Krzysztof", "Łukasz", "Michał", "Paweł", "Stanisław", "Wojciech"),
    women=("Agnieszka", "Barbara", "Ewa", "Joanna", "Katarzyna", "Małgorzata", "Monika", "Urszula", "Zofia", "Żaneta"),
    last_of_men=(
        "Wiśniewski",
        "Kowalczyk",
        "Zieliński",
        "Wójcik",
        "Jabłoński",
        "Dąbrowski",
        "Mazur",
        "Śliwa",
        "Łuczak",
    ),
    last_of_women=(
        "Wiśniewska",
        "Kowalczyk",
        "Zielińska",
        "Wójcik",
        "Jabłońska",
        "Dąbrowska",
        "Mazur",
        "Śliwa",
        "Łuczak",
    ),
    salutations=("Pan", "Pani"),
)
ENGLISH = Names(
    men=("Aaron", "Callum", "Daniel", "Edward", "Gareth", "Isaac", "Marcus", "Oliver", "Rajesh", "Thomas", "Zayn"),
    women=("Abigail", "Bethany", "Charlotte", "Eleanor", "Grace", "Imogen", "Megan", "Priya", "Sophie", "Zoe"),
    last_of_men=(
        "Ashdown",
        "Brightwell",
        "Carver",
        "Dunmore",
        "Ellery",
        "Fairfax",
        "Hartley",
        "Kendrick",
        "Mistry",
        "O'Rourke",
        "Penhaligon",
        "Quill",
        "Rowntree",
        "Thackeray",
        "Whitlock",
    ),
    last_of_women=(
        "Ashdown",
        "Brightwell",
        "Carver",
        "Dunmore",
        "Ellery",
        "Fairfax",
        "Hartley",
        "Kendrick",
        "Mistry",
        "O'Rourke",
        "Penhaligon",
        "Quill",
        "Rowntree",
        "Thackeray",
        "Whitlock",
    ),
    salutations=("Mr", "Ms"),
)
GERMAN = Names(
    men=("Benedikt", "Florian", "Jürgen", "Klaus", "Matthias", "Sebastian", "Tobias", "Uwe"),
    women=("Annika", "Birgit", "Franziska", "Greta", "Heike", "Katrin", "Sabine", "Ulrike"),
    last_of_men=("Bäcker", "Großmann", "Hoffmann", "Krüger", "Lindner", "Schäfer", "Vogt", "Weiß"),
    last_of_women=("Bäcker", "Großmann", "Hoffmann", "Krüger", "Lindner", "Schäfer", "Vogt", "Weiß"),
    salutations=("Herr", "Frau"),
)
NAMES = {"UA": UKRAINIAN, "KZ": RUSSIAN, "PL": POLISH, "GB": ENGLISH, "US": ENGLISH, "DE": GERMAN}

# Position, department, role in decisions; the first ones are there in every company.
JOBS = {
    "uk": (
        ("Генеральний директор", "", "decides"),
        ("Директор з інформаційних технологій", "ІТ", "decides"),
        ("Керівник відділу розробки", "ІТ", "influences"),
        ("Фінансовий директор", "Фінанси", "signs"),
        ("Системний адміністратор", "ІТ", "uses"),
        ("Менеджер із закупівель", "Закупівлі", "influences"),
        ("Начальник відділу безпеки", "Безпека", "influences"),
        ("Головний бухгалтер", "Бухгалтерія", "signs"),
        ("Керівник кол-центру", "Продажі", "uses"),
        ("Аналітик", "Розвиток", "uses"),
    ),
    "ru": (
        ("Генеральный директор", "", "decides"),
        ("ИТ-директор", "ИТ", "decides"),
        ("Руководитель разработки", "ИТ", "influences"),
        ("Финансовый директор", "Финансы", "signs"),
        ("Системный администратор", "ИТ", "uses"),
        ("Менеджер по закупкам", "Закупки", "influences"),
        ("Главный бухгалтер", "Бухгалтерия", "signs"),
        ("Аналитик", "Развитие", "uses"),
    ),
    "en": (
        ("Chief executive officer", "", "decides"),
        ("Chief information officer", "IT", "decides"),
        ("Head of engineering", "IT", "influences"),
        ("Chief financial officer", "Finance", "signs"),
        ("System administrator", "IT", "uses"),
        ("Procurement manager", "Procurement", "influences"),
        ("Head of information security", "Security", "influences"),
        ("Legal counsel", "Legal", "signs"),
        ("Product owner", "Digital", "uses"),
        ("Data analyst", "Digital", "uses"),
    ),
}
NOTES = {
    "uk": (
        "Телефонувати після десятої.",
        "Просить рахунки електронною поштою.",
        "Познайомилися на конференції восени.",
        "Рекомендував нас колегам із сусіднього відділу.",
        "Цікавиться підтримкою 24/7.",
    ),
    "ru": (
        "Просит звонить после обеда.",
        "Пишет только в мессенджер.",
        "Познакомились на осенней конференции.",
        "Советуется с главным бухгалтером.",
    ),
    "en": (
        "Prefers short calls in the morning.",
        "Wants every estimate in writing.",
        "Met at the autumn cloud meetup.",
        "Used to work with our delivery team.",
        "Asks for references before each new project.",
    ),
}
TAGS = ("VIP", "technical", "newsletter", "speaks English", "reference", "event 2025", "decision maker")


def make_name(draw: random.Random, country_code: str) -> PersonName:
    names = NAMES[country_code]
    is_woman = draw.random() < 0.5
    first, last, middle = (
        (names.women, names.last_of_women, names.middle_of_women)
        if is_woman
        else (names.men, names.last_of_men, names.middle_of_men)
    )
    return PersonName(
        salutation=names.salutations[is_woman] if draw.random() < 0.3 else "",
        first=draw.choice(first),
        middle=draw.choice(middle) if middle and draw.random() < 0.6 else "",
        last=draw.choice(last),
    )


def jobs_in(language: str) -> tuple[tuple[str, str, str], ...]:
    return JOBS.get(language, JOBS["en"])


def notes_in(language: str) -> tuple[str, ...]:
    return NOTES.get(language, NOTES["en"])
