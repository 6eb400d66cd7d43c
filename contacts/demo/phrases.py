"""What people of the demo said to each other: for each language, by kind of interaction; and what colleagues wrote."""

from contacts.models import InteractionKind, Outcome

Line = tuple[str, str]
CALL, MEETING, EMAIL = InteractionKind.CALL, InteractionKind.MEETING, InteractionKind.EMAIL
MESSAGE, NOTE = InteractionKind.MESSAGE, InteractionKind.NOTE

# A kind, an outcome, and the words.
SAID: dict[str, tuple[tuple[str, str, str], ...]] = {
    "uk": (
        (CALL, Outcome.REACHED, "Цікавляться переходом на підписку з нового року. Просять розрахунок на 40 місць."),
        (CALL, Outcome.NO_ANSWER, "Не відповіли. Передзвоню після обіду."),
        (CALL, Outcome.CALL_BACK, "Директор у відрядженні до середи, повернутися до розмови у четвер."),
        (MEETING, Outcome.AGREED, "Показали пілот. Домовилися почати з двох відділів і за місяць підбити підсумки."),
        (MEETING, "", "Пройшлися по технічному завданню. Залишилися питання щодо інтеграції зі складом."),
        (EMAIL, "", "Надіслали комерційну пропозицію та зразок договору."),
        (EMAIL, Outcome.REFUSED, "Обрали іншого постачальника через терміни. Просять повернутися навесні."),
        (MESSAGE, Outcome.REACHED, "Підтвердили зустріч на понеділок о десятій."),
        (NOTE, "", "Бюджет затверджує власник, розмовляти краще одразу з ним."),
    ),
    "ru": (
        (CALL, Outcome.REACHED, "Просят прислать смету на поддержку второго филиала."),
        (CALL, Outcome.NO_ANSWER, "Не дозвонились, линия занята."),
        (CALL, Outcome.CALL_BACK, "Просили перезвонить после отчётного периода."),
        (MEETING, Outcome.AGREED, "Согласовали план работ на квартал, акт подпишут в конце месяца."),
        (EMAIL, "", "Отправили обновлённый прайс и сроки внедрения."),
        (MESSAGE, "", "Спрашивают, можно ли перенести обучение на неделю позже."),
        (NOTE, "", "Решение принимает финансовый директор, технические вопросы – к начальнику ИТ."),
    ),
    "en": (
        (
            CALL,
            Outcome.REACHED,
            "Asked for a quote on the migration of their mail, 120 mailboxes, before the holidays.",
        ),
        (CALL, Outcome.NO_ANSWER, "No answer. Left a message with the front desk."),
        (CALL, Outcome.CALL_BACK, "Busy with an audit this week, call again on Thursday."),
        (
            MEETING,
            Outcome.AGREED,
            "Walked through the roadmap. They take phase one now and decide on phase two in spring.",
        ),
        (MEETING, "", "Demo for the team of five. Liked the reports, worried about single sign-on."),
        (EMAIL, "", "Sent the proposal and the draft of the contract."),
        (MESSAGE, Outcome.REACHED, "Confirmed Monday at ten, their office."),
        (NOTE, "", "The owner decides on budgets above ten thousand; keep him in copy."),
    ),
}
COMMENTS: dict[str, tuple[Line, ...]] = {
    "uk": (
        ("Хто веде перемовини щодо **договору**?", "Я. Чекаємо на правки юристів до п’ятниці."),
        ("Перевірте, будь ласка, реквізити перед рахунком.", "Перевірено, усе збігається."),
    ),
    "ru": (("Можно ли дать им скидку за год вперёд?", "До 10% – да, выше согласовать с руководителем."),),
    "en": (
        ("Do we have a reference in *their* industry to show?", "Two, see the page of the shipyard."),
        ("They asked about on-site support. Who could go?", "I can, any day but Wednesday."),
    ),
}
