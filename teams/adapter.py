"""What django-allauth asks of this product."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """People are invited; nobody signs himself up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
