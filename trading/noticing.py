"""Publishing a notice: data on record with its digest, from which page and paper are made."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction

from core import audit, numbering
from core.canonical import dumps
from trading.models import Notice
from trading.signals import notice_published

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.models import Organisation
    from core.actors import Actor
    from trading.models import Lot, Project
    from trading.names import Code


@dataclass(frozen=True)
class Draft:
    """What a caller adds to a notice that a move emits."""

    code: Code
    data: Mapping[str, object] = field(default_factory=dict)
    addressee: Organisation | None = None
    display_until: datetime | None = None


@transaction.atomic(savepoint=False)
def publish(
    project: Project,
    lot: Lot | None,
    code: Code,
    data: Mapping[str, object],
    *,
    actor: Actor,
    at: datetime,
    addressee: Organisation | None = None,
    display_until: datetime | None = None,
) -> Notice:
    """Publish ``data`` under ``code``: to everybody, or to ``addressee`` only."""
    number = numbering.take("NO", at=at)
    whole = dict(data) | {"number": number, "code": code.value}
    digest = hashlib.sha256(dumps(whole)).hexdigest()
    entry = audit.append(
        "trading.notice.published",
        tender=lot.number if lot else project.number,
        data={"notice": number, "code": code.value, "digest": digest, "public": addressee is None},
        actor=actor,
        at=at,
    )
    notice = Notice.objects.create(
        number=number,
        project=project,
        lot=lot,
        code=code,
        data=whole,
        digest=digest,
        published_at=at,
        display_until=display_until,
        is_public=addressee is None,
        addressee=addressee,
        entry=entry,
    )
    transaction.on_commit(lambda: notice_published.send(sender=Notice, notice_id=notice.pk), robust=True)
    return notice
