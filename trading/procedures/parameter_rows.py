"""The rows of the parameter registry that the two sealed open tenders use: one line, one number of the law.

A row whose default is None belongs to local rules: it is off until a region profile sets it. Tags: T full text
consulted, 2 secondary source, M recollection to be verified, D decision of this project.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from core.working_days import Roll
from trading.procedures.parameters import Bound, Hardness, Parameters, Row, Unit, bind_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

MIN, MAX = Bound.AT_LEAST, Bound.AT_MOST
HARD, POSTPONE, REGION, RANGE, SOFT = (
    Hardness.HARD,
    Hardness.UNLESS_POSTPONED,
    Hardness.REGION,
    Hardness.RANGE,
    Hardness.SOFT,
)
D, WD, H = Unit.D, Unit.WD, Unit.HOURS
CNY, PERCENT = Unit.CNY, Unit.PERCENT
RATIO, COUNT, YEARS = Unit.RATIO, Unit.COUNT, Unit.YEARS


def _row(
    key: str,
    default: str | None,
    unit: Unit,
    source: str,
    tag: str,
    *,
    hard: Hardness = HARD,
    bound: Bound = Bound.EXACT,
    roll: Roll = Roll.NONWORKING,
    since: date | None = None,
) -> Row:
    return Row(
        key=key, default=default, unit=unit, source=source, tag=tag, hardness=hard, bound=bound, roll=roll,
        effective_from=since,
    )  # fmt: skip


def _switch(key: str, default: str, allowed: str, source: str, tag: str) -> Row:
    return Row(
        key=key, default=default, unit=Unit.SWITCH, source=source, tag=tag, hardness=Hardness.REGION,
        allowed=tuple(allowed.split()),
    )  # fmt: skip


_NO_ROLL = Roll.NONE

# One line, one number: the formatter would make three of each.
# fmt: off
ROWS: tuple[Row, ...] = (
    # Counting
    _switch("cal.min_period_mode", "strict", "strict practice", "民法典 201, 203", "D"),
    _row("cal.opening_hour", "9", COUNT, "practice", "D", hard=SOFT),
    # Construction tendering
    _row("ct.funding.budget_min", "2000000", CNY, "2018年16号令 2", "T"),
    _row("ct.funding.budget_share_min", "10", PERCENT, "2018年16号令 2", "T"),
    _row("ct.threshold.works", "4000000", CNY, "2018年16号令 5", "T"),
    _row("ct.threshold.goods", "2000000", CNY, "2018年16号令 5", "T"),
    _row("ct.threshold.services", "1000000", CNY, "2018年16号令 5", "T"),
    _row("ct.plan_ahead", None, D, "some provinces", "M", hard=REGION),
    _row("ct.doc_filing_before", None, WD, "浙江条例 19", "T", hard=REGION),
    _row("ct.doc_sale_min", "5", D, "招投标条例 16", "T", bound=MIN),
    _row("ct.issue_to_deadline_min", "20", D, "招投标法 24", "T", bound=MIN),
    _row("ct.clarify_before_deadline", "15", D, "招投标条例 21", "T", hard=POSTPONE, bound=MIN, roll=_NO_ROLL),
    _row("ct.objection_docs_before", "10", D, "招投标条例 22", "T", bound=MAX, roll=_NO_ROLL),
    _row("ct.objection_reply", "3", D, "招投标条例 22, 54", "T", bound=MAX),
    _row("ct.order_extension", "30", D, "招投标条例 62", "D", hard=SOFT),
    _row("ct.min_bidders", "3", COUNT, "招投标条例 44", "T", bound=MIN),
    _row("ct.committee_min", "5", COUNT, "招投标法 37", "T", bound=MIN),
    _row("ct.expert_share", "2/3", RATIO, "招投标法 37", "T", bound=MIN),
    _row("ct.expert_years_min", "8", YEARS, "招投标法 37", "T", bound=MIN),
    _row("ct.owner_rep_share_max", "1/3", RATIO, "招投标法 37", "T", bound=MAX),
    _row("ct.owner_rep_count_max", None, COUNT, "重庆条例 30", "T", hard=REGION),
    _row("ct.draw_before_evaluation_max", None, H, "重庆条例 30", "T", hard=REGION),
    _row("ct.time_short_vote_above", "1/3", RATIO, "招投标条例 48", "T"),
    _row("ct.candidates_max", "3", COUNT, "招投标条例 53", "T", bound=MAX),
    _row("ct.publicity_start", "3", D, "招投标条例 54", "T", bound=MAX, roll=_NO_ROLL),
    _row("ct.publicity_min", "3", D, "招投标条例 54", "T", bound=MIN),
    _row("ct.award_notice_after_publicity", None, WD, "重庆条例 35", "T", hard=REGION),
    _row("ct.contract_within", "30", D, "招投标法 46", "T", bound=MAX),
    _row("ct.report_to_supervisor", "15", D, "招投标法 47; 30号令 65", "T", bound=MAX),
    _row("ct.bid_security_rate_max", "2", PERCENT, "招投标条例 26", "T", bound=MAX),
    _row("ct.bid_security_cap_works", "800000", CNY, "30号令 37", "T", bound=MAX),
    _row("ct.withdrawal_refund", "5", D, "招投标条例 35", "T", bound=MAX),
    _row("ct.deposit_refund_after_contract", "5", D, "招投标条例 57", "T", bound=MAX),
    _row("ct.noncandidate_refund_after_award", None, D, "重庆条例 35", "T", hard=REGION),
    _row("ct.performance_security_max", "10", PERCENT, "招投标条例 58", "T", bound=MAX),
    _row("ct.benchmark_trim_from_n", "5", COUNT, "local model documents", "M", hard=SOFT),
    _row("ct.abnormal_low_trigger", None, PERCENT, "重庆条例 37", "T", hard=REGION),
    _switch("ct.second_round_below_min", "stop", "stop open", "30号令 38; 重庆条例 20", "T"),
    _switch("ct.valid_below_min", "committee", "committee reject", "12号令 27; 重庆条例 33", "T"),
    _switch("ct.separate_award", "off", "off on", "招投标条例 55", "D"),
    _switch("ct.scores_with_candidates", "off", "off on", "濮阳条例 18", "T"),
    _switch("ct.score_aggregation", "mean", "mean trimmed_mean", "practice", "D"),
    # Government procurement
    _row("gp.intention_before", "30", D, "财库〔2020〕10号", "M", bound=MIN),
    _row("gp.notice", "5", WD, "87号令 16", "T", bound=MIN),
    _row("gp.doc_provide", "5", WD, "采购条例 31", "T", bound=MIN),
    _row("gp.issue_to_deadline", "20", D, "采购法 35", "T", bound=MIN),
    _row("gp.clarify_before", "15", D, "采购条例 31", "T", hard=POSTPONE, bound=MIN, roll=_NO_ROLL),
    _row("gp.min_bidders", "3", COUNT, "87号令 41, 44", "T", bound=MIN),
    _row("gp.report_to_owner", "2", WD, "采购条例 43", "T", bound=MAX),
    _row("gp.confirm", "5", WD, "采购条例 43", "T"),
    _row("gp.notify", "2", WD, "采购条例 43", "T", bound=MAX),
    _row("gp.result_notice", "1", WD, "87号令 69", "T", bound=MIN),
    _row("gp.contract_within", "30", D, "采购法 46", "T", bound=MAX),
    _row("gp.contract_publish", "2", WD, "采购条例 50", "T", bound=MAX),
    _row("gp.contract_file", "7", WD, "采购法 47", "T", bound=MAX),
    _row("gp.deposit_rate_max", "2", PERCENT, "采购条例 33", "T", bound=MAX),
    _row("gp.deposit_refund", "5", WD, "采购条例 33", "T", bound=MAX),
    _row("gp.base_loan_rate", "4.35", PERCENT, "人民银行 2015-10-24", "M", hard=SOFT),
    _row("gp.late_refund_multiplier", "1.2", RATIO, "87号令 38", "T"),
    _row("gp.additions_max", "10", PERCENT, "采购法 49", "T", bound=MAX),
    _row("gp.single_addon_max", "10", PERCENT, "采购法 31", "T", bound=MAX),
    _row("gp.emergency_suppliers_min", "1", COUNT, "财库〔2026〕12号", "2", since=date(2026, 10, 1)),
    _row("gp.committee_min", "5", COUNT, "87号令 47", "T", bound=MIN),
    _row("gp.committee_min_large", "7", COUNT, "87号令 47", "T", bound=MIN),
    _row("gp.committee_large_budget", "10000000", CNY, "87号令 47", "T", bound=MAX),
    _row("gp.expert_share", "2/3", RATIO, "87号令 47", "T", bound=MIN),
    _row("gp.recusal_years", "3", YEARS, "采购条例 9", "T", bound=MIN),
    _row("gp.draw_before_evaluation_max", "2", WD, "财库〔2016〕198号", "M", bound=MAX),
    _row("gp.price_weight_min.goods", "30", PERCENT, "87号令 55", "T", bound=MIN),
    _row("gp.price_weight_min.services", "10", PERCENT, "87号令 55", "T", bound=MIN),
    _row("gp.sme_deduct.goods_services.min", "10", PERCENT, "财库〔2022〕19号", "2", hard=RANGE),
    _row("gp.sme_deduct.goods_services.max", "20", PERCENT, "财库〔2022〕19号", "2", hard=RANGE),
    _row("gp.domestic_deduct", "20", PERCENT, "国办发〔2025〕34号", "2", since=date(2026, 1, 1)),
    _row("gp.abnormal.mean", "50", PERCENT, "财库〔2026〕2号", "2", since=date(2026, 2, 1)),
    _row("gp.abnormal.second", "50", PERCENT, "财库〔2026〕2号", "2", since=date(2026, 2, 1)),
    _row("gp.abnormal.ceiling", "45", PERCENT, "财库〔2026〕2号", "2", since=date(2026, 2, 1)),
    _row("gp.challenge", "7", WD, "采购法 52", "T"),
    _row("gp.challenge_reply", "7", WD, "采购法 53", "T", bound=MAX),
    _row("gp.suspend_max", "30", D, "采购法 57", "T", bound=MAX),
    _switch("gp.late_refund_day_count", "360", "360 365", "87号令 38", "D"),
)

# What some regions set differently, by the code of GB/T 2260. A platform adds its own values on top.
PROFILES: Mapping[str, Mapping[str, str]] = {
    "330000": {"ct.doc_filing_before": "5"},  # Zhejiang, 浙江条例 19
    "410900": {"ct.scores_with_candidates": "on"},  # Puyang, 濮阳条例 18
    "500000": {  # Chongqing, 重庆条例 20, 30, 33, 35, 37
        "ct.second_round_below_min": "open",
        "ct.owner_rep_count_max": "2",
        "ct.draw_before_evaluation_max": "24",
        "ct.valid_below_min": "reject",
        "ct.award_notice_after_publicity": "5",
        "ct.noncandidate_refund_after_award": "5",
        "ct.abnormal_low_trigger": "85",
    },
}
# fmt: on


def profile(region: str) -> Mapping[str, str]:
    """Return what the law of a region sets differently; nothing for a region without such rules."""
    return PROFILES.get(region, {})


def bind(overrides: Mapping[str, str], on: date, *, is_rehearsal: bool = False) -> Parameters:
    """Return the registry's values in force on a day with a region's on top (see ``bind_rows``)."""
    return bind_rows(ROWS, overrides, on, is_rehearsal=is_rehearsal)


def rows_of(key: str) -> tuple[Row, ...]:
    """Return every dated row of a key."""
    return tuple(row for row in ROWS if row.key == key)
