"""Rules by which tasks repeat (RFC 5545), their days by the clock on the wall, and how they are said. No database.

Text comes in by `parse_rule`, and goes back into the row as `str(rule)`.
"""

from tasks.recurrence.days import Due, Next, comes_at_all, kept_on_its_day, next_due, occurrences_between
from tasks.recurrence.rules import NotARule, Rule, parse_rule
from tasks.recurrence.words import say_rule

__all__ = [
    "Due",
    "Next",
    "NotARule",
    "Rule",
    "comes_at_all",
    "kept_on_its_day",
    "next_due",
    "occurrences_between",
    "parse_rule",
    "say_rule",
]
