"""One lot in each step of the evaluation, so that every page has something to show, and something that could leak."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bidding.models import OpenedFile
from core import storage
from evaluation import publicity
from tests.stories import evaluation as story
from trading.names import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cast import Cast

LATER = story.AT_WORK + story.stories.DAY * 10
SECRET = b"%PDF-1.7 what only the committee reads"


def _with_files(case: story.Case) -> story.Case:
    for bidder in story.PRICES:
        OpenedFile.objects.create(
            bid=case.bid(bidder), name="plan.pdf", title="施工组织设计", media="application/pdf",
            file=storage.keep_bytes(SECRET, at=story.OPENED),
        )  # fmt: skip
    return case


def at_work(cast: Cast) -> story.Case:
    """Construction with points: the committee votes."""
    return _with_files(story.evaluating(cast, **story.BENCHMARK))


def scoring(cast: Cast) -> story.Case:
    """Everything is voted on; the sheets are open."""
    return _with_files(story.reviewed(cast, **story.BENCHMARK))


def tied(cast: Cast) -> story.Case:
    return story.ranked(cast, prices={"acme": "28000000.00", "bolt": "28000000.00", "cedar": "27000000.00"})


def last_answer(cast: Cast) -> story.Case:
    """Everybody but the fifth member has answered the report."""
    from evaluation import reporting
    from evaluation.names import Answer

    case = story.drawn_up(cast, scores=story.SCORES, **story.BENCHMARK)
    for actor in case.members[:4]:
        reporting.confirm(case.lot.pk, answer=Answer.AGREES, actor=actor, at=story.AT_WORK)
    return case


def public(cast: Cast) -> story.Case:
    case = story.evaluated(cast)
    publicity.publish_candidates(case.lot.pk, actor=case.approver, at=story.AT_WORK + story.stories.DAY)
    return case


WORLDS: dict[str, Callable[[Cast], story.Case]] = {
    "opened": story.read_out,
    "named": story.named,
    "declared": story.declared,
    "qualification": lambda cast: _with_files(story.declared(cast, Kind.GP_OPEN)),
    "at_work": at_work,
    "scoring": scoring,
    "ranked": lambda cast: story.ranked(cast, scores=story.SCORES, **story.BENCHMARK),
    "tied": tied,
    "drawn_up": lambda cast: story.drawn_up(cast, scores=story.SCORES, **story.BENCHMARK),
    "last_answer": last_answer,
    "evaluated": story.evaluated,
    "evaluated_gp": lambda cast: story.evaluated(cast, Kind.GP_OPEN, scores=story.WEIGHED, **story.SCORING),
    "public": public,
    "award_pending": story.award_pending,
    "confirming": story.confirming,
    "awarded": story.awarded,
    "contracting": story.notified,
    "gp_at_work": lambda cast: story.evaluating(cast, Kind.GP_OPEN),
}
