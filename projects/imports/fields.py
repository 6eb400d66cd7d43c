"""What columns of deals are called in files, in English, Russian and Ukrainian."""

from django.utils.translation import gettext_lazy as _

from crm.imports.contents import Kind
from crm.imports.registry import ImportField
from projects.imports.options import CLIENTS, CONTACTS, CURRENCIES, OWNERS, PIPELINES, PRODUCTS, STAGES, TEAMS

FIELDS = (
    ImportField(
        "name",
        _("Title"),
        (
            *("title", "deal", "deal name", "deal title", "opportunity", "opportunity name", "name", "subject"),
            *("сделка", "название сделки", "название", "тема"),
            *("угода", "назва угоди", "назва", "тема угоди"),
        ),
        Kind.NAME,
    ),
    ImportField(
        "external_id",
        _("External id"),
        (
            *("external id", "deal id", "opportunity id", "record id", "id", "deal number", "opportunity number"),
            *("id сделки", "номер сделки", "код сделки", "внешний id", "внешний код"),
            *("id угоди", "номер угоди", "код угоди", "зовнішній код"),
        ),
        is_telling=False,
    ),
    ImportField(
        "client",
        _("Client"),
        (
            *("client", "client name", "company", "company name", "account", "account name", "customer"),
            *("associated company", "organization", "organisation"),
            *("клиент", "компания", "контрагент", "заказчик", "организация"),
            *("клієнт", "компанія", "замовник", "організація"),
        ),
        refers_to=CLIENTS,
    ),
    ImportField(
        "contact",
        _("Contact"),
        (
            *("contact", "contact name", "contact person", "associated contact", "primary contact", "contact email"),
            *("контакт", "контактное лицо", "основной контакт", "контактна особа", "основний контакт"),
        ),
        ruled_by=("contacts",),
        refers_to=CONTACTS,
    ),
    ImportField(
        "product",
        _("Product"),
        (
            *("product", "product name", "service", "item"),
            *("продукт", "товар", "услуга", "послуга"),
        ),
        ruled_by=("lines",),
        refers_to=PRODUCTS,
    ),
    ImportField(
        "pipeline",
        _("Pipeline"),
        ("pipeline", "sales pipeline", "воронка", "воронка продаж", "воронка продажів"),
        ruled_by=("stage",),
        refers_to=PIPELINES,
    ),
    ImportField(
        "stage",
        _("Stage"),
        (
            *("stage", "deal stage", "opportunity stage", "sales stage", "status", "deal status", "state"),
            *("стадия", "этап", "этап сделки", "стадия сделки", "статус"),
            *("стадія", "етап", "етап угоди", "стадія угоди"),
        ),
        refers_to=STAGES,
    ),
    ImportField(
        "amount",
        _("Amount"),
        (
            *("amount", "deal amount", "deal value", "value", "close value", "opportunity amount", "total", "price"),
            *("expected revenue", "revenue", "sum"),
            *("сумма", "сумма сделки", "бюджет", "стоимость", "сума", "сума угоди", "вартість"),
        ),
    ),
    ImportField(
        "currency", _("Currency"), ("currency", "currency code", "deal currency", "валюта"), refers_to=CURRENCIES
    ),
    ImportField(
        "probability",
        _("Probability, %"),
        ("probability", "probability %", "win probability", "chance", "вероятность", "ймовірність"),
    ),
    ImportField(
        "expected_close",
        _("Expected close"),
        (
            *("expected close", "expected close date", "expected closing", "estimated close date", "forecast date"),
            *("ожидаемая дата закрытия", "планируемая дата закрытия", "очікуване закриття"),
            *("очікувана дата закриття",),
        ),
        Kind.DATE,
    ),
    ImportField(
        "began",
        _("Began"),
        (
            *("created", "created at", "create date", "created date", "creation date", "began", "begin date"),
            *("start date", "engage date", "open date", "opened", "date created"),
            *("создана", "создано", "дата создания", "дата начала", "створено", "створена", "дата створення"),
        ),
        Kind.DATE,
        ruled_by=("stage",),
    ),
    ImportField(
        "closed",
        _("Closed on"),
        (
            *("closed", "closed on", "closed at", "close date", "closed date", "closing date", "won date", "lost date"),
            *("дата закрытия", "закрыта", "дата завершения", "дата закриття", "закрито", "дата завершення"),
        ),
        Kind.DATE,
        ruled_by=("stage",),
    ),
    ImportField("source", _("Source"), ("source", "lead source", "deal source", "источник", "джерело")),
    ImportField("competitors", _("Competitors"), ("competitors", "competitor", "конкуренты", "конкуренти")),
    ImportField(
        "loss_reason",
        _("Why it was lost"),
        (
            *("why it was lost", "loss reason", "lost reason", "closed lost reason", "reason lost"),
            *("причина отказа", "причина проигрыша", "причина відмови", "причина програшу"),
        ),
    ),
    ImportField(
        "next_step",
        _("Next step"),
        ("next step", "next steps", "next action", "следующий шаг", "наступний крок"),
    ),
    ImportField(
        "owner",
        _("Owner"),
        (
            *("owner", "deal owner", "opportunity owner", "sales agent", "agent", "sales rep", "salesperson"),
            *("responsible", "account manager", "assigned to"),
            *("ответственный", "менеджер", "владелец", "відповідальний", "власник"),
        ),
        refers_to=OWNERS,
    ),
    ImportField(
        "team",
        _("Team"),
        ("team", "sales team", "regional office", "команда", "отдел продаж", "відділ продажів"),
        refers_to=TEAMS,
    ),
    ImportField(
        "description",
        _("Description"),
        ("description", "details", "comment", "comments", "описание", "комментарий", "опис", "коментар"),
        is_many=True,
    ),
    ImportField(
        "note",
        _("Description, with the column's name"),
        ("notes", "note", "additional info", "примечание", "примечания", "примітка", "примітки"),
        is_many=True,
        keeps_header=True,
        ruled_by=("description",),
    ),
)
