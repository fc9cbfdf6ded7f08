"""``trust.json``: keys that reached the user by another way than the platform (``docs/witnesses.md``)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from bidding.rules.schema import Node
from client.words import Fault
from core.canonical import Malformed
from core.notes import COSIGNATURE, ED25519, VerifyKey, parse_vkey

LIMIT: Final = 1_048_576
_MOST: Final = 100_000


@dataclass(frozen=True)
class Trust:
    """The keys of log and platform, the witnesses and how many of them are enough, the vkeys of holders."""

    log: VerifyKey
    platform: VerifyKey
    witnesses: tuple[VerifyKey, ...]
    quorum: int
    holders: frozenset[str]


def read_trust(data: bytes) -> Trust:
    """Return the anchors; the file is kept by people, so its white space is free. Raises Fault."""
    try:
        fields = Node(json.loads(data.decode("utf-8")), "trust.json").fields(
            {"origin", "log", "platform", "witnesses", "quorum", "holders", "tsa"}, {"parties"}
        )
        log = _key(fields["log"], ED25519)
        fields["origin"].equal(log.name, "trust.json: origin")
        witnesses = tuple(_key(one, COSIGNATURE) for one in fields["witnesses"].entries(1, 64))
        if len({one.public for one in witnesses}) != len(witnesses):
            raise Fault("trust.json is malformed: {why}", why="witnesses")
        return Trust(
            log=log,
            platform=_key(fields["platform"], ED25519),
            witnesses=witnesses,
            quorum=fields["quorum"].integer(1, len(witnesses)),
            holders=frozenset(str(_key(one, ED25519)) for one in fields["holders"].entries(0, _MOST)),
        )
    except Malformed as error:
        raise Fault("trust.json is malformed: {why}", why=error.reason) from error
    except (ValueError, RecursionError) as error:
        raise Fault("trust.json is malformed: {why}", why=type(error).__name__) from error


def _key(node: Node, kind: int) -> VerifyKey:
    key = parse_vkey(node.text())
    if key.kind != kind:
        raise Fault("trust.json is malformed: {why}", why=node.place)
    return key
