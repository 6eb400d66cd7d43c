"""Makes the demo company and tells how to sign in."""

import json
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connection
from django.utils.translation import gettext as _

from contacts.demo.maker import DemoRefused, hidden_fields_of, make_demo_company
from contacts.demo.staff import SIGN_INS

FILE_NAME = "demo.json"


class Command(BaseCommand):
    help = "Makes the demo company if it is not there yet, and prints the sign-ins."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print everything as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.HAS_EXTERNAL_DATABASE:
            raise CommandError(
                _("DATABASE_URL names a database of yours: the demo is made only in the one that Porada starts itself.")
            )
        try:
            connection.ensure_connection()
        except OperationalError as fault:
            raise CommandError(_("The database does not answer: start Porada with bin/run first.")) from fault
        file = settings.VAR_DIR / FILE_NAME
        passwords = _known_passwords(file)
        # Kept first: a making that is interrupted afterwards can be finished with the same passwords.
        told: dict[str, Any] = {"base_url": settings.BASE_URL, "users": _sign_ins(passwords)}
        _keep(file, told)
        try:
            staff = make_demo_company(passwords)
        except DemoRefused as refusal:
            file.unlink()
            raise CommandError(str(refusal)) from refusal
        told["users"]["fin"]["hidden"] = hidden_fields_of(staff["fin"])
        _keep(file, told)
        self.stdout.write(json.dumps(told, indent=2) if options["json"] else _as_lines(told))


def _sign_ins(passwords: dict[str, str]) -> dict[str, dict[str, Any]]:
    return {username: {"username": username, "password": password} for username, password in passwords.items()}


def _known_passwords(file: Path) -> dict[str, str]:
    """Those told before, new ones for the rest."""
    try:
        users = json.loads(file.read_text())["users"]
    except (OSError, ValueError, KeyError, TypeError):
        users = {}
    return {name: users.get(name, {}).get("password") or secrets.token_urlsafe(12) for name in SIGN_INS}


def _keep(file: Path, told: dict[str, Any]) -> None:
    """Write so that nobody else can read it, not even for the moment between making and closing it to them."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600, exist_ok=False)
    fresh.write_text(json.dumps(told, indent=2) + "\n")
    fresh.replace(file)


def _as_lines(told: dict[str, Any]) -> str:
    lines = [told["base_url"]]
    lines += [f"{user['username']:8} {user['password']}" for user in told["users"].values()]
    return "\n".join(lines)
