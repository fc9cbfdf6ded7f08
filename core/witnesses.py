"""Whom the log asks to cosign: the witnesses of a policy file, or the three house witnesses where none is given.

House witnesses run in the platform's own process, each with a key and a memory of its own in the data folder, apart
from the log's key. They let the whole protocol run everywhere. They are **not independent**: who holds the machine
holds their keys, so against the operator they prove nothing, and every page that names them says so.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings

from core import clock
from core.cosigning import TEXT_TYPE, Answer
from core.log_key import signing_key
from core.policies import NONE, BadPolicy, Group, KnownLog, Policy, Witness, read_policy
from core.posting import post
from core.witnessing import KEY_FILE, make_witness_key, read_witness

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER: Final = "witnesses"
HOUSE: Final = 3
HOUSE_QUORUM: Final = 2


@dataclass(frozen=True)
class Asked:
    """A witness of the policy and how it is asked: the body of ``add-checkpoint`` in, its answer out."""

    witness: Witness
    ask: Callable[[bytes], Answer]


@dataclass(frozen=True)
class Panel:
    """Who is asked and how many are enough; ``is_house`` when nobody in it is independent of the operator."""

    policy: Policy
    asked: tuple[Asked, ...]
    is_house: bool


def panel(origin: str) -> Panel:
    """Return the witnesses of the log ``origin``; raises BadPolicy if the policy file cannot serve."""
    if not settings.WITNESS_POLICY:
        return _house(origin)
    path = Path(settings.WITNESS_POLICY)
    try:
        policy = read_policy(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as fault:
        raise BadPolicy(f"The witness policy {path} cannot be read: {fault}") from fault
    _check_serves(policy, origin)
    return Panel(policy, tuple(Asked(one, _over_http(one.url)) for one in policy.witnesses), is_house=False)


def _check_serves(policy: Policy, origin: str) -> None:
    if policy.quorum == NONE:
        raise BadPolicy("The witness policy asks for no cosignature: every opening would go ahead unwitnessed.")
    if without := [one.name for one in policy.witnesses if not one.url.startswith(("https://", "http://"))]:
        raise BadPolicy(f"The witness policy gives no address for {', '.join(without)}.")
    own = signing_key(origin).verify_key
    if policy.logs and own not in [log.key for log in policy.logs]:
        raise BadPolicy(f"The witness policy names other logs, and not {own}.")


# -- house witnesses -------------------------------------------------------------------------------------


def _house(origin: str) -> Panel:
    key = signing_key(origin).verify_key
    folders = {f"house-{number}": Path(settings.DATA_DIR) / FOLDER / str(number) for number in range(1, HOUSE + 1)}
    asked = []
    for name, folder in folders.items():
        _make_once(folder, name=f"{settings.PLATFORM_NAME}/{name}")
        witness = read_witness(folder, logs={origin: [key]})
        asked.append(Asked(Witness(name, witness.vkey), partial(witness.add_checkpoint, clock=_seconds)))
    members = tuple(folders)
    group = {"house": Group(HOUSE_QUORUM, members)}
    policy = Policy((KnownLog(key),), tuple(one.witness for one in asked), group, "house")
    return Panel(policy, tuple(asked), is_house=True)


def _make_once(folder: Path, *, name: str) -> None:
    if not (folder / KEY_FILE).exists():
        try:
            make_witness_key(folder, name=name, secret=os.urandom(32))
        except FileExistsError:  # another process was first
            return


def _seconds() -> int:
    return int(clock.now().timestamp())


# -- witnesses elsewhere ---------------------------------------------------------------------------------


def _over_http(prefix: str) -> Callable[[bytes], Answer]:
    """Return how to ask a witness over HTTP; what does not come to an answer is one with status 0."""

    def ask(body: bytes) -> Answer:
        reply = post(f"{prefix.rstrip('/')}/add-checkpoint", body, content_type=TEXT_TYPE)
        return Answer(reply.status, reply.body.decode("utf-8", "replace"), reply.content_type)

    return ask
