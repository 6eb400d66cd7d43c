"""The words of a line that say how pressing a task is and of what kind, in three languages."""

from tasks.models import Priority, TaskNature

_URGENT, _HIGH, _NORMAL, _LOW = Priority.URGENT, Priority.HIGH, Priority.NORMAL, Priority.LOW
PRIORITIES: dict[str, Priority] = {
    **dict.fromkeys(("4", "urgent", "asap", "срочно", "срочный", "терміново", "терміновий", "негайно"), _URGENT),
    **dict.fromkeys(("3", "high", "important", "высокий", "важно", "високий", "важливо"), _HIGH),
    **dict.fromkeys(("2", "normal", "medium", "обычный", "нормальный", "средний", "звичайний", "середній"), _NORMAL),
    **dict.fromkeys(("1", "low", "низкий", "неважно", "низький", "неважливо"), _LOW),
}
_CALL = (
    "call phone ring позвонить перезвонить звонок созвониться созвон набрать"
    " подзвонити зателефонувати передзвонити дзвінок дзвонити набрати"
)
_MEETING = "meet meeting встреча встретиться встретить совещание зустріч зустрітися зустрітись зустріти нарада"
_EMAIL = "mail email e-mail написать письмо ответить написати лист відповісти"
NATURES: dict[str, TaskNature] = {
    **dict.fromkeys(_CALL.split(), TaskNature.CALL),
    **dict.fromkeys(_MEETING.split(), TaskNature.MEETING),
    **dict.fromkeys(_EMAIL.split(), TaskNature.EMAIL),
}
#: What stands before a date and goes with it: "by friday", "до пятницы".
LEADING = frozenset({"by", "until", "till", "due", "до", "к", "на"})
