"""The files of a lot's draws as a verification bundle holds them: ``draws/<digest of the manifest>/…`` (section 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evaluation.models import Draw, DrawResult, VrfKey, WitnessedManifest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evaluation.models import DrawCommit, DrawRelease, DrawReveal
    from trading.models import Lot

_OVER = (Draw.DRAWN, Draw.GIVEN_UP)


def files_of(lot: Lot) -> dict[str, bytes]:
    """Return every file of the lot's published draws by its path; what parties gave only once a draw is over."""
    files: dict[str, bytes] = {}
    key = VrfKey.objects.filter(lot=lot).first()
    for draw in Draw.objects.filter(lot=lot).exclude(digest=""):
        folder = f"draws/{draw.digest}"
        files[f"{folder}/manifest.json"] = bytes(draw.document or b"")
        if key is not None:
            files |= _pair(f"{folder}/vrf-escrow", bytes(key.document), key.note)
        if (witnessed := WitnessedManifest.objects.filter(draw=draw).first()) is not None:
            files[f"{folder}/manifest.checkpoint"] = witnessed.note.encode()
        if draw.state in _OVER:
            files |= _given(f"{folder}/commits", draw.commits.all())
            files |= _given(f"{folder}/reveals", draw.reveals.all())
            files |= _given(f"{folder}/releases", draw.releases.all())
        if (result := DrawResult.objects.filter(draw=draw).first()) is not None:
            files[f"{folder}/result.json"] = bytes(result.document)
    return files


def _given(folder: str, rows: Iterable[DrawCommit | DrawReveal | DrawRelease]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for row in rows:
        files |= _pair(f"{folder}/{row.digest}", bytes(row.document), row.note)
    return files


def _pair(path: str, document: bytes, note: str) -> dict[str, bytes]:
    return {f"{path}.json": document, f"{path}.sig": note.encode()}
