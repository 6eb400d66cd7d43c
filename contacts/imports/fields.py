"""What columns of people are called in files, in English, Russian and Ukrainian."""

from django.utils.translation import gettext_lazy as _

from crm.imports.contents import Kind
from crm.imports.registry import ImportField

NAME_PARTS = ("first_name", "middle_name", "last_name", "name")

FIELDS = (
    ImportField(
        "name",
        _("Full name"),
        (
            *("full name", "fullname", "name", "contact", "contact name", "person", "contact person", "display name"),
            *("фио", "ф и о", "имя фамилия", "фамилия имя отчество", "контактное лицо", "контакт", "сотрудник"),
            *("полное имя", "нотариус", "имя контакта"),
            *("піб", "п і б", "прізвище ім'я по батькові", "контактна особа", "повне ім'я", "співробітник"),
        ),
        Kind.PERSON,
        ruled_by=NAME_PARTS,
    ),
    ImportField(
        "last_name",
        _("Last name"),
        ("last name", "lastname", "surname", "family name", "фамилия", "прізвище", "sn"),
    ),
    ImportField(
        "first_name",
        _("First name"),
        ("first name", "firstname", "given name", "forename", "имя", "ім'я", "given"),
    ),
    ImportField(
        "middle_name",
        _("Middle name"),
        ("middle name", "middlename", "patronymic", "second name", "отчество", "по батькові", "additional name"),
    ),
    ImportField("salutation", _("Salutation"), ("salutation", "honorific", "обращение", "звертання", "name prefix")),
    ImportField(
        "job_title",
        _("Position"),
        (
            *("position", "job title", "title", "role", "job", "occupation", "profession"),
            *("должность", "позиция", "роль", "профессия", "посада", "професія"),
        ),
        ruled_by=("employments",),
    ),
    ImportField(
        "department",
        _("Department"),
        ("department", "division", "unit", "отдел", "подразделение", "департамент", "відділ", "підрозділ"),
        ruled_by=("employments",),
    ),
    ImportField(
        "company",
        _("Company"),
        (
            *(
                "company",
                "company name",
                "organization",
                "organisation",
                "employer",
                "account",
                "account name",
                "client",
            ),
            *("компания", "организация", "место работы", "работодатель", "клиент", "название компании", "фирма"),
            *("компанія", "організація", "місце роботи", "роботодавець", "клієнт"),
        ),
        ruled_by=("employments",),
    ),
    ImportField(
        "phone",
        _("Phone"),
        (
            *("phone", "phones", "telephone", "phone number", "mobile", "mobile phone", "cell", "cell phone", "tel"),
            *("work phone", "business phone", "home phone", "contact phone", "phone 1 value", "phone 2 value"),
            *("телефон", "телефоны", "тел", "мобильный телефон", "мобильный", "рабочий телефон", "сотовый"),
            *("контактный телефон", "номер телефона", "домашний телефон"),
            *("телефони", "мобільний", "мобільний телефон", "номер телефону", "робочий телефон"),
        ),
        Kind.PHONE,
        is_many=True,
        ruled_by=("phones",),
    ),
    ImportField("fax", _("Fax"), ("fax", "факс"), Kind.FAX, is_many=True, ruled_by=("phones",)),
    ImportField(
        "email",
        _("E-mail"),
        (
            *("email", "e mail", "mail", "emails", "email address", "e mail address", "e mail 1 value"),
            *("электронная почта", "почта", "адрес электронной почты", "эл почта"),
            *("електронна пошта", "пошта", "адреса електронної пошти"),
        ),
        Kind.EMAIL,
        is_many=True,
        ruled_by=("emails",),
    ),
    ImportField("telegram", _("Telegram"), ("telegram", "телеграм", "tg"), is_many=True, ruled_by=("messengers",)),
    ImportField("whatsapp", _("WhatsApp"), ("whatsapp", "ватсап"), is_many=True, ruled_by=("messengers",)),
    ImportField("skype", _("Skype"), ("skype", "скайп"), is_many=True, ruled_by=("messengers",)),
    ImportField("linkedin", _("LinkedIn"), ("linkedin", "linkedin url"), is_many=True, ruled_by=("messengers",)),
    ImportField(
        "birthday",
        _("Birthday"),
        ("birthday", "date of birth", "birth date", "dob", "день рождения", "дата рождения", "дата народження"),
        Kind.DATE,
    ),
    ImportField(
        "address",
        _("Address"),
        ("address", "home address", "street", "postal address", "адрес", "домашний адрес", "адреса", "улица", "вулиця"),
        Kind.ADDRESS,
    ),
    ImportField(
        "postal_code", _("Postal code"), ("postal code", "zip", "zip code", "индекс", "індекс"), Kind.POSTAL_CODE
    ),
    ImportField("city", _("City"), ("city", "town", "город", "місто")),
    ImportField("region", _("Region"), ("region", "state", "province", "область", "регион", "регіон")),
    ImportField("country", _("Country"), ("country", "страна", "країна")),
    ImportField("tags", _("Tags"), ("tags", "labels", "groups", "теги", "метки", "мітки"), is_many=True),
    ImportField(
        "external_id", _("External id"), ("external id", "id", "contact id", "person id", "код", "внешний код", "ід")
    ),
    ImportField(
        "notes",
        _("Notes"),
        (
            *("notes", "note", "comment", "comments", "примечание", "комментарий", "заметки", "примітки", "коментар"),
            *("description", "about", "bio", "biography", "описание", "о себе", "биография", "опис", "біографія"),
        ),
        is_many=True,
    ),
    ImportField(
        "note",
        _("Notes, with the column's name"),
        (
            *("year of birth", "birth year", "год рождения", "рік народження"),
            *("metro", "metrostations", "district", "license", "specialty", "additional information"),
            *("метро", "станция метро", "район", "доп информация", "специальность", "додаткова інформація"),
        ),
        is_many=True,
        keeps_header=True,
        ruled_by=("notes",),
    ),
)

# Headers that name the person without naming a position.
NO_POSITION = ("contact", "contact name", "contact person", "person", "контактное лицо", "контакт", "контактна особа")

PERSON_FIELD = ImportField(
    "person",
    _("Contact person, position as in the header"),
    (
        *NO_POSITION,
        *("head", "manager", "director", "ceo", "cto", "cfo", "owner", "president", "chairman", "judge", "principal"),
        *("sales manager", "general director", "chief accountant", "chief physician", "responsible", "representative"),
        *("руководитель", "директор", "генеральный директор", "главный врач", "судья", "заведующий", "заведующая"),
        *("начальник", "председатель", "главный бухгалтер", "бухгалтер", "менеджер", "ответственный", "учредитель"),
        *(
            "фио руководителя",
            "ф и о руководителя",
            "владелец",
            "представитель",
            "глава",
            "художественный руководитель",
        ),
        *("керівник", "головний лікар", "суддя", "завідувач", "завідувачка", "голова", "відповідальний", "власник"),
        *("генеральний директор", "піб керівника", "представник"),
    ),
    Kind.PERSON,
    is_many=True,
    keeps_header=True,
    ruled_by=("first_name", "last_name", "name", "employments"),
)
