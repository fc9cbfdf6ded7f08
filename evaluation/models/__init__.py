"""The nouns of evaluation: draws, committee, reviews, score sheets, calculation, report, candidates."""

from evaluation.models.calculation import Calculation
from evaluation.models.committee import Committee, Member
from evaluation.models.draw import (
    Draw,
    DrawCandidate,
    DrawCommit,
    DrawRefusal,
    DrawRelease,
    DrawResult,
    DrawReveal,
    PooledExpert,
    VrfKey,
    WitnessedManifest,
)
from evaluation.models.recheck import Recheck, RecheckAnswer
from evaluation.models.report import Candidate, Confirmation, Report
from evaluation.models.review import Review
from evaluation.models.score_sheet import ScoreSheet

__all__ = [
    "Calculation",
    "Candidate",
    "Committee",
    "Confirmation",
    "Draw",
    "DrawCandidate",
    "DrawCommit",
    "DrawRefusal",
    "DrawRelease",
    "DrawResult",
    "DrawReveal",
    "Member",
    "PooledExpert",
    "Recheck",
    "RecheckAnswer",
    "Report",
    "Review",
    "ScoreSheet",
    "VrfKey",
    "WitnessedManifest",
]
