"""What waits in the outbox, and a second chance for what was given up."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from crm.outbox.selectors import standing
from crm.outbox.services import retry_given_up


class Command(BaseCommand):
    help = "Shows how many messages of each topic wait, failed, were given up or are done."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--retry", action="store_true", help="deliver again what was given up")
        parser.add_argument("--topic", default="", help="only messages of this topic")

    def handle(self, *args: Any, retry: bool = False, topic: str = "", **options: Any) -> None:
        if retry:
            self.stdout.write(f"{retry_given_up(topic)} messages begin again")
        lines = [line for line in standing() if not topic or line.topic == topic]
        self.stdout.write(f"{'topic':30}{'waiting':>10}{'retrying':>10}{'given up':>10}{'done':>10}  last error")
        for line in lines:
            numbers = (line.waiting, line.retrying, line.given_up, line.done)
            counts = "".join(f"{number:>10}" for number in numbers)
            self.stdout.write(f"{line.topic:30}{counts}  {line.last_error}".rstrip())
