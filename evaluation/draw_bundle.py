"""The files of a draw that an entry of the log names, as a verification bundle holds them (docs/draws.md, section 3).

A bundle takes a document if the entry that names it is public, so what parties gave comes in when the draw is over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from evaluation.models import (
    Draw,
    DrawCommit,
    DrawRelease,
    DrawResult,
    DrawReveal,
    VrfKey,
    WitnessedManifest,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trading.models import Lot


def files_named_by(event: str, data: Mapping[str, str], lot: Lot) -> dict[str, bytes]:
    """Return the files that an entry of ``lot`` with this ``data`` names, by their path in the bundle."""
    return _FILES[event](data, lot)


def _manifest(data: Mapping[str, str], lot: Lot) -> dict[str, bytes]:
    """Return the manifest with what comes before it: the enrolled key."""
    draw = Draw.objects.get(lot=lot, digest=data["manifest"])
    key = VrfKey.objects.get(lot=lot)
    folder = _folder(draw.digest)
    return {
        f"{folder}/manifest.json": bytes(draw.document or b""),
        **_pair(f"{folder}/vrf-escrow", bytes(key.document), key.note),
    }


def _commit(data: Mapping[str, str], lot: Lot) -> dict[str, bytes]:
    """Return a commitment, and what the witnesses had signed before anybody committed."""
    row = DrawCommit.objects.get(draw__lot=lot, draw__digest=data["manifest"], digest=data["doc"])
    witnessed = WitnessedManifest.objects.get(draw=row.draw_id)
    folder = _folder(data["manifest"])
    return {
        f"{folder}/manifest.checkpoint": witnessed.note.encode(),
        **_pair(f"{folder}/commits/{row.digest}", bytes(row.document), row.note),
    }


def _reveal(data: Mapping[str, str], lot: Lot) -> dict[str, bytes]:
    row = DrawReveal.objects.get(draw__lot=lot, draw__digest=data["manifest"], digest=data["doc"])
    return _pair(f"{_folder(data['manifest'])}/reveals/{row.digest}", bytes(row.document), row.note)


def _release(data: Mapping[str, str], lot: Lot) -> dict[str, bytes]:
    row = DrawRelease.objects.get(draw__lot=lot, draw__digest=data["manifest"], digest=data["doc"])
    return _pair(f"{_folder(data['manifest'])}/releases/{row.digest}", bytes(row.document), row.note)


def _result(data: Mapping[str, str], lot: Lot) -> dict[str, bytes]:
    row = DrawResult.objects.select_related("draw").get(draw__lot=lot, digest=data["result"])
    return {f"{_folder(row.draw.digest)}/result.json": bytes(row.document)}


def _folder(manifest: str) -> str:
    return f"draws/{manifest}"


def _pair(path: str, document: bytes, note: str) -> dict[str, bytes]:
    return {f"{path}.json": document, f"{path}.sig": note.encode()}


_FILES: Final[Mapping[str, Callable[[Mapping[str, str], Lot], dict[str, bytes]]]] = {
    "draw.manifest": _manifest,
    "draw.commit": _commit,
    "draw.reveal": _reveal,
    "draw.release": _release,
    "draw.result": _result,
}
EVENTS: Final = tuple(_FILES)
