"""Read every stored file again and compare it with its name: after a restore, and now and then."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import storage
from core.models import StoredFile


class Command(BaseCommand):
    help = "Check that every stored file is there and has the digest and size of its row."

    def handle(self, *_args: Any, **_options: Any) -> None:
        faults = total = 0
        for row in StoredFile.objects.order_by("digest").iterator():
            total += 1
            if fault := _fault(row):
                faults += 1
                self.stderr.write(f"{row.digest}: {fault}")
        if faults:
            raise CommandError(f"{faults} of {total} stored files are not what they were")
        self.stdout.write(f"{total} stored files, each as it was stored")


def _fault(row: StoredFile) -> str | None:
    try:
        digest, size = storage.digest_of(storage.path_of(row.digest))
    except FileNotFoundError:
        return "missing"
    return None if (digest, size) == (row.digest, row.size) else "changed"
