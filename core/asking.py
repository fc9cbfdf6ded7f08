"""Asking witnesses: for cosignatures after each turn of the sequencer, and at its start for what they remember.

Sealing goes on while witnesses are down; openings wait. But a witness that remembers a larger log, or another one, is
not down: it is proof that this database is older than what was published, and then nothing more is signed
(``docs/witnesses.md``).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.db import transaction

from core import clock, log_key, log_reading
from core.canonical import Malformed
from core.checkpoints import DECIMAL, Checkpoint, sign_checkpoint
from core.cosigning import SIZE_TYPE, write_request
from core.models import LogCheckpoint, LogCosignature
from core.notes import verify_note
from core.tree import EMPTY_ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from core.cosigning import Answer
    from core.witnesses import Asked

log = logging.getLogger(__name__)
_CONFLICT: Final = 409
_INCONSISTENT: Final = 422


class Forked(Exception):  # noqa: N818  (it says what the log would be)
    """Witnesses signed a log that this database does not hold; carries one sentence for each."""

    def __init__(self, *sentences: str) -> None:
        self.sentences = sentences
        super().__init__("; ".join(sentences))


@dataclass
class Asker:
    """Asks witnesses; remembers what each signed last."""

    asked: tuple[Asked, ...]
    origin: str
    _signed: dict[str, int] = field(default_factory=dict)

    def compare(self) -> list[str]:
        """Ask every witness for its latest size; raises Forked, returns who did not answer.

        The protocol has no question for it: one asks for a cosignature from size 0 and is told the size in the refusal.
        """
        newest = log_reading.newest()
        if newest is not None and newest.origin == self.origin:
            return self.cosign(newest)
        empty = Checkpoint(self.origin, 0, EMPTY_ROOT)
        note = sign_checkpoint(empty, key=log_key.signing_key(self.origin))
        answers = {one: one.ask(write_request(old=0, proof=[], note=note)) for one in self.asked}
        _raise_if_forked(_larger(one, answer, 0) for one, answer in answers.items())
        return [one.witness.name for one, answer in answers.items() if answer.status not in {200, _CONFLICT}]

    def cosign(self, row: LogCheckpoint) -> list[str]:
        """Ask every witness to cosign a checkpoint and keep what they signed; raises Forked, returns who did not."""
        answers = {one: self._ask(one, row) for one in self.asked}
        lines = {one: _line(one, answer, row) for one, answer in answers.items()}
        if found := {str(one.witness.key): line for one, line in lines.items() if line}:
            keep(row, found, at=clock.now())
        self._signed |= {one.witness.name: row.size for one, line in lines.items() if line}
        _raise_if_forked(_fork(one, answer, row) for one, answer in answers.items())
        return [one.witness.name for one, line in lines.items() if not line]

    def _ask(self, one: Asked, row: LogCheckpoint) -> Answer:
        old = min(self._signed.get(one.witness.name, 0), row.size)
        answer = self._ask_from(one, row, old)
        told = _told_size(answer)
        if told is not None and told != old and told <= row.size:  # it remembers another size than we do
            answer = self._ask_from(one, row, told)
        return answer

    def _ask_from(self, one: Asked, row: LogCheckpoint, old: int) -> Answer:
        proof = log_reading.consistency(old, row.size)
        return one.ask(write_request(old=old, proof=proof, note=row.note))


@transaction.atomic(durable=True)
def keep(row: LogCheckpoint, lines: dict[str, str], *, at: datetime) -> None:
    """Keep the cosignatures of a checkpoint: a line for each vkey; one that is there already stays."""
    drafts = [LogCosignature(checkpoint=row, witness=vkey, line=line, received_at=at) for vkey, line in lines.items()]
    LogCosignature.objects.bulk_create(drafts, ignore_conflicts=True)


def _line(one: Asked, answer: Answer, row: LogCheckpoint) -> str:
    """Return the one signature line of the witness that verifies; other lines of its answer are ignored."""
    if answer.status != 200:  # noqa: PLR2004
        log.warning(
            "the witness %s did not sign size %s: %s %s", one.witness.name, row.size, answer.status, answer.body
        )
        return ""
    for line in answer.body.splitlines(keepends=True):
        try:
            verify_note(f"{log_reading.text_of(row)}\n{line}", keys=[one.witness.key])
        except Malformed:
            continue
        return line
    log.warning("the witness %s answered without a signature of its key", one.witness.name)
    return ""


def _told_size(answer: Answer) -> int | None:
    body = answer.body.removesuffix("\n")
    is_size = answer.status == _CONFLICT and answer.content_type == SIZE_TYPE and DECIMAL.fullmatch(body)
    return int(body) if is_size else None


def _larger(one: Asked, answer: Answer, size: int) -> str:
    told = _told_size(answer)
    if told is None or told <= size:
        return ""
    return f"the witness {one.witness.name} signed a log of {told} entries, and this database holds {size}"


def _fork(one: Asked, answer: Answer, row: LogCheckpoint) -> str:
    """Return how the witness's memory contradicts this database; empty if it does not."""
    if answer.status == _INCONSISTENT or _told_size(answer) == row.size:
        return f"the witness {one.witness.name} signed a log that the one in this database does not continue"
    return _larger(one, answer, row.size)


def _raise_if_forked(sentences: Iterable[str]) -> None:
    if found := [sentence for sentence in sentences if sentence]:
        raise Forked(*found)
