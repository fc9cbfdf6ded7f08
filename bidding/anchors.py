"""The trust anchors of this platform (sealing.md section 2): what a verifier must get from somewhere else.

Nobody believes them because the platform says so. Whoever runs it writes them down once, and others hand them on:
printed in the tender documents, published by the supervisor (``docs/witnesses.md``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bidding import platform_key
from bidding.models import KeyHolder
from core import log_key, log_reading, stamping

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trading.models import Project


class NoAnchors(Exception):  # noqa: N818  (it says what is missing)
    """There is nothing to anchor trust in yet; says in English what is missing."""


def anchors(projects: Iterable[Project] | None = None) -> dict[str, object]:
    """Return ``trust.json``: {origin, log, platform, witnesses, quorum, holders, tsa}; raises NoAnchors.

    Keys are vkey texts, sorted where they are lists; ``tsa`` holds the certificates of each authority as PEM. Holders
    are those of ``projects``, or all on record.
    """
    policy = log_reading.announced_policy()
    if policy is None:
        raise NoAnchors("the sequencer never ran here: there is no log to trust yet")
    if not policy.is_plain():
        raise NoAnchors("the quorum is one of groups, and trust.json can only say how many of all witnesses are enough")
    holders = KeyHolder.objects.exclude(vkey="")
    if projects is not None:
        holders = holders.filter(project__in=projects)
    return {
        "origin": log_key.origin(),
        "log": log_key.vkey(),
        "platform": platform_key.vkey(),
        "witnesses": sorted(str(one.key) for one in policy.witnesses),
        "quorum": policy.smallest_quorum(),
        "holders": sorted(set(holders.values_list("vkey", flat=True))),
        "tsa": [one.pem.decode("ascii") for one in stamping.authorities()],
    }
