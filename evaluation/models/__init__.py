"""The nouns of evaluation: committee, reviews, score sheets, calculation, report, candidates."""

from evaluation.models.calculation import Calculation
from evaluation.models.committee import Committee, Member
from evaluation.models.recheck import Recheck, RecheckAnswer
from evaluation.models.report import Candidate, Confirmation, Report
from evaluation.models.review import Review
from evaluation.models.score_sheet import ScoreSheet

__all__ = [
    "Calculation",
    "Candidate",
    "Committee",
    "Confirmation",
    "Member",
    "Recheck",
    "RecheckAnswer",
    "Report",
    "Review",
    "ScoreSheet",
]
