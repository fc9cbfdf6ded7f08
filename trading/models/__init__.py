"""The nouns of trading: projects, lots, what was published, what stops them, what was agreed."""

from trading.models.award import Award
from trading.models.calendar_day import CalendarDay, CalendarYear
from trading.models.clarification import Amendment, Obtained, Question
from trading.models.contract import Contract, ContractAddition
from trading.models.document import Document
from trading.models.failure_decision import FailureDecision
from trading.models.hold import Hold
from trading.models.lot import Lot
from trading.models.notice import Notice
from trading.models.participation import Participation
from trading.models.project import Project
from trading.models.region_parameter import RegionParameter
from trading.models.stage_change import StageChange

__all__ = [
    "Amendment",
    "Award",
    "CalendarDay",
    "CalendarYear",
    "Contract",
    "ContractAddition",
    "Document",
    "FailureDecision",
    "Hold",
    "Lot",
    "Notice",
    "Obtained",
    "Participation",
    "Project",
    "Question",
    "RegionParameter",
    "StageChange",
]
