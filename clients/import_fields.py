"""What columns of clients are called in files, in English, Russian and Ukrainian."""

from django.utils.translation import gettext_lazy as _

from crm.imports.contents import Kind
from crm.imports.registry import ImportField

FIELDS = (
    ImportField(
        "name",
        _("Name"),
        (
            *("name", "company", "company name", "client", "client name", "customer", "customer name", "organization"),
            *("organisation", "organization name", "organisation name", "account", "account name", "firm", "business"),
            *("business name", "title", "contractor name", "institution", "counterparty", "partner"),
            *("название", "наименование", "название объекта", "наименование объекта", "название организации"),
            *("наименование организации", "организация", "компания", "название компании", "наименование компании"),
            *("клиент", "контрагент", "учреждение", "предприятие", "фирма", "заказчик", "полное название"),
            *("краткое наименование", "краткое название", "объект", "наименование учреждения", "название учреждения"),
            *("назва", "найменування", "назва компанії", "назва організації", "назва об'єкта", "організація"),
            *("компанія", "клієнт", "установа", "підприємство", "назва установи", "замовник", "найменування установи"),
        ),
        Kind.NAME,
    ),
    ImportField(
        "legal_name",
        _("Legal name"),
        (
            *("legal name", "legal entity", "registered name", "full legal name"),
            *("юридическое название", "юридическое наименование", "юридическое лицо", "юрлицо", "полное наименование"),
            *("юр название", "наименование юр лица", "полное официальное название"),
            *("юридична назва", "юридична особа", "повна назва", "повне найменування"),
        ),
        Kind.NAME,
    ),
    ImportField(
        "tax_id",
        _("Tax id"),
        (
            *("tax id", "tax number", "tax no", "vat", "vat id", "vat number", "ein", "tin", "taxpayer id"),
            *("инн", "инн организации", "огрн", "унп", "бин", "инн кпп"),
            *("єдрпоу", "код єдрпоу", "едрпоу", "код едрпоу", "edrpou", "іпн", "рнокпп", "податковий номер"),
        ),
        Kind.TAX_ID,
    ),
    ImportField(
        "external_id",
        _("External id"),
        (
            *("external id", "id", "client id", "customer id", "account id", "company id", "crm id", "code", "uid"),
            *("внешний код", "внешний id", "код", "код клиента", "код контрагента", "идентификатор", "ид"),
            *("зовнішній код", "код клієнта", "ідентифікатор"),
        ),
    ),
    ImportField(
        "phone",
        _("Phone"),
        (
            *("phone", "phones", "telephone", "phone number", "phone numbers", "mobile", "mobile phone", "cell", "tel"),
            *("work phone", "office phone", "contact phone"),
            *("телефон", "телефоны", "тел", "контактный телефон", "номер телефона", "телефон организации", "мобильный"),
            *("мобильный телефон", "рабочий телефон", "контактные телефоны", "телефон приемной"),
            *("телефони", "контактний телефон", "номер телефону", "мобільний", "мобільний телефон", "робочий телефон"),
        ),
        Kind.PHONE,
        is_many=True,
        ruled_by=("phones",),
    ),
    ImportField(
        "fax",
        _("Fax"),
        ("fax", "fax number", "факс", "номер факса", "номер факсу", "телефакс"),
        Kind.FAX,
        is_many=True,
        ruled_by=("phones",),
    ),
    ImportField(
        "email",
        _("E-mail"),
        (
            *("email", "e mail", "mail", "emails", "email address", "e mail address", "electronic mail"),
            *("электронная почта", "адрес электронной почты", "эл почта", "почта", "имейл", "электронный адрес"),
            *("электронной почты", "электронный ящик", "e mail организации"),
            *("електронна пошта", "адреса електронної пошти", "ел пошта", "пошта", "електронна адреса"),
        ),
        Kind.EMAIL,
        is_many=True,
        ruled_by=("emails",),
    ),
    ImportField(
        "website",
        _("Website"),
        (
            *("website", "web site", "web", "site", "url", "homepage", "home page", "www", "web page", "domain"),
            *("сайт", "веб сайт", "адрес сайта", "интернет сайт", "официальный сайт", "домен", "web сайт"),
            *("вебсайт", "адреса сайту", "офіційний сайт"),
        ),
        Kind.URL,
    ),
    ImportField(
        "address",
        _("Address"),
        (
            *("address", "street", "street address", "postal address", "location", "office address", "full address"),
            *("mailing address", "actual address", "addr", "address 1"),
            *("адрес", "фактический адрес", "почтовый адрес", "местонахождение", "адрес организации", "улица"),
            *("место нахождения", "адрес объекта", "адрес фактический", "местоположение"),
            *("адреса", "фактична адреса", "поштова адреса", "місцезнаходження", "вулиця", "адреса фактична"),
        ),
        Kind.ADDRESS,
    ),
    ImportField(
        "postal_code",
        _("Postal code"),
        (
            *("postal code", "postcode", "post code", "zip", "zip code", "postal"),
            *("индекс", "почтовый индекс", "індекс", "поштовий індекс"),
        ),
        Kind.POSTAL_CODE,
    ),
    ImportField(
        "city",
        _("City"),
        ("city", "town", "locality", "город", "населенный пункт", "місто", "населений пункт"),
    ),
    ImportField(
        "region",
        _("Region"),
        (
            *("region", "state", "province", "county", "oblast", "регион", "область", "край", "субъект рф"),
            *("регіон", "обл"),
        ),
    ),
    ImportField("country", _("Country"), ("country", "office location", "страна", "країна", "країна реєстрації")),
    ImportField(
        "industry",
        _("Industry"),
        (
            *("industry", "sector", "branch of industry", "business type", "line of business", "type"),
            *("отрасль", "сфера деятельности", "вид деятельности", "тип объекта", "тип организации", "тип", "сфера"),
            *("вид", "категория", "профиль"),
            *("галузь", "сфера діяльності", "вид діяльності", "тип об'єкта", "тип організації", "категорія"),
        ),
    ),
    ImportField(
        "size",
        _("Size"),
        (
            *("size", "employees", "number of employees", "headcount", "company size", "staff"),
            *("численность", "количество сотрудников", "число сотрудников", "размер", "штат"),
            *("кількість працівників", "чисельність", "розмір"),
        ),
    ),
    ImportField(
        "source",
        _("Source"),
        ("source", "lead source", "origin", "источник", "откуда", "источник лида", "джерело", "звідки"),
    ),
    ImportField("status", _("Status"), ("status", "client status", "статус", "состояние", "статус клиента", "стан")),
    ImportField(
        "kind",
        _("Kind"),
        ("kind", "client kind", "client type", "customer type", "вид клиента", "тип клиента", "тип клієнта"),
    ),
    ImportField(
        "tags",
        _("Tags"),
        ("tags", "labels", "keywords", "теги", "метки", "ключевые слова", "мітки", "ключові слова"),
        is_many=True,
    ),
    ImportField(
        "description",
        _("Description"),
        (
            *("description", "about", "notes", "note", "comment", "comments", "remarks"),
            *("описание", "примечание", "примечания", "комментарий", "комментарии", "заметки", "о компании"),
            *("опис", "примітка", "примітки", "коментар", "коментарі", "нотатки", "про компанію"),
        ),
        is_many=True,
    ),
    ImportField(
        "note",
        _("Description, with the column's name"),
        (
            *("opening hours", "working hours", "hours", "schedule", "district", "additional information", "extra"),
            *("additional info", "head office address", "legal address", "registered address", "metro"),
            *("режим работы", "график работы", "часы работы", "время работы", "доп информация", "метро"),
            *("дополнительная информация", "дополнительно", "дополнительные сведения", "административный округ"),
            *("округ", "район", "муниципальный район", "судебный район", "юридический адрес", "станция метро"),
            *("муниципальный район и административный округ", "адрес головной организации", "головная организация"),
            *("адрес юридический", "юр адрес", "подчиненность", "ведомство", "вышестоящая организация"),
            *("режим роботи", "графік роботи", "години роботи", "додаткова інформація", "додатково", "округ"),
            *("юридична адреса", "адміністративний район", "громада", "головна організація"),
        ),
        is_many=True,
        keeps_header=True,
        ruled_by=("description",),
    ),
)

STATUS_WORDS = {
    **dict.fromkeys(("lead", "prospect", "new", "potential", "лид", "потенциальный", "новый", "лід", "новий"), "lead"),
    **dict.fromkeys(("active", "current", "customer", "активный", "действующий", "активний", "діючий"), "active"),
    **dict.fromkeys(("dormant", "inactive", "paused", "спящий", "неактивный", "сплячий", "неактивний"), "dormant"),
    **dict.fromkeys(("former", "lost", "closed", "бывший", "закрыт", "ушел", "колишній", "закритий"), "former"),
}
KIND_WORDS = {
    **dict.fromkeys(
        ("company", "organization", "legal entity", "b2b", "компания", "организация", "юр лицо"), "company"
    ),
    **dict.fromkeys(("компанія", "організація", "юрособа", "юр лицо", "юридическое лицо"), "company"),
    **dict.fromkeys(("person", "individual", "private person", "b2c", "физлицо", "физическое лицо"), "person"),
    **dict.fromkeys(("частное лицо", "фізособа", "фізична особа", "приватна особа"), "person"),
}
SIZE_WORDS = {
    **dict.fromkeys(("micro", "микро", "мікро"), "1-9"),
    **dict.fromkeys(("small", "малый", "малое", "мале"), "10-49"),
    **dict.fromkeys(("medium", "средний", "среднее", "середнє"), "50-249"),
    **dict.fromkeys(("large", "крупный", "крупное", "велике"), "250-999"),
    **dict.fromkeys(("huge", "enterprise"), "1000+"),
}
