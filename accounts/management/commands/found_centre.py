"""``manage.py found_centre``: the first organisation and the first administrator of a real start."""

from __future__ import annotations

import getpass
import os
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from accounts.founding import found_centre
from accounts.identity import Identity, Newcomer
from accounts.names import USCC_SCHEME
from core import clock
from core.errors import Refused

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = "Make the trading centre and its first administrator (password: asked, or YANGGUANG_ADMIN_PASSWORD)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="name of the trading centre")
        parser.add_argument("--code", required=True, help="its code in the register")
        parser.add_argument("--scheme", default=USCC_SCHEME, help="the register (default: %(default)s)")
        parser.add_argument("--address", default="", help="where it is")
        parser.add_argument("--contact", default="", help="how to reach it, shown on the page /about")
        parser.add_argument("--username", required=True, help="user name of the administrator")
        parser.add_argument("--person", required=True, help="the administrator's own name")

    def handle(self, *_: Any, **options: Any) -> None:
        password = os.environ.get("YANGGUANG_ADMIN_PASSWORD") or getpass.getpass("Password: ")
        try:
            centre = found_centre(
                Identity(
                    options["scheme"],
                    options["code"],
                    options["name"],
                    address=options["address"],
                    contact=options["contact"],
                ),
                newcomer=Newcomer(options["username"], options["person"]),
                password=password,
                at=clock.now(),
            )
        except Refused as refusal:
            raise CommandError("\n".join(refusal.reasons)) from None
        self.stdout.write(f"{centre.number} {centre.name}")
