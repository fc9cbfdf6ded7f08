"""``manage.py witnesses``: ask every witness now, and say what each remembers against what this database holds."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import log_key, log_reading
from core.asking import Asker, Forked
from core.policies import BadPolicy
from core.witnesses import panel
from core.witnessing import NoMemory


class Command(BaseCommand):
    help = "Ask every witness of the log and compare; ends with an error if one remembers more than is here."

    def handle(self, **_: Any) -> None:
        origin, newest = log_key.origin(), log_reading.newest()
        try:
            here = panel(origin)
            self.stdout.write(f"{origin}: {newest.size if newest else 0} entries; quorum {here.policy.quorum}")
            if here.is_house:
                self.stdout.write("House witnesses: not independent, they prove nothing against the operator.")
            faults = [found for one in here.asked for found in self._compare(Asker((one,), origin))]
        except (BadPolicy, NoMemory) as fault:
            raise CommandError(str(fault)) from fault
        if faults:
            raise CommandError("\n".join(faults))

    def _compare(self, asker: Asker) -> tuple[str, ...]:
        (one,) = asker.asked
        try:
            silent = asker.compare()
        except Forked as fault:
            return fault.sentences
        self.stdout.write(f"{one.witness.key} {'does not answer' if silent else 'agrees'}")
        return ()
