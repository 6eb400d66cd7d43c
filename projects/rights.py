"""What follows from the rules on amounts: a price is an amount, wherever it stands."""

from crm.access.rights import FieldAccess, let_rule_follow
from projects.models import Project

_HIDDEN, _READ_ONLY = FieldAccess.HIDDEN, FieldAccess.READ_ONLY
_DEAL, _PRICE_LIST, _PROJECT = "projects.deal", "projects.pricelist", "projects.project"
_MONEY = ("amount", "currency")
_BUDGET = "budget_amount"


def register_rules() -> None:
    # Lines write the amount, so they are written by those who see it and may write it.
    let_rule_follow((_DEAL, "lines", _READ_ONLY), of=(_DEAL, "amount", _READ_ONLY))
    for name in _MONEY:
        let_rule_follow((_DEAL, "lines", _READ_ONLY), of=(_DEAL, name, _HIDDEN))
        let_rule_follow((_PRICE_LIST, "prices", _HIDDEN), of=(_DEAL, name, _HIDDEN))
        # Whoever must not know of lines cannot be told why an amount is not his to type.
        let_rule_follow((_DEAL, name, _READ_ONLY), of=(_DEAL, "lines", _HIDDEN))
    for name, leader in Project.RULED_WITH.items():
        for access in (_HIDDEN, _READ_ONLY):
            let_rule_follow((_PROJECT, name, access), of=(_PROJECT, leader, access))
    _let_budgets_follow_amounts()


def _let_budgets_follow_amounts() -> None:
    """A win carries the amount over to the budget; followers are not followed, so each is told itself."""
    with_budget = [name for name, leader in Project.RULED_WITH.items() if leader == _BUDGET]
    for name in (_BUDGET, *with_budget):
        for leader in _MONEY:
            let_rule_follow((_PROJECT, name, _HIDDEN), of=(_DEAL, leader, _HIDDEN))
