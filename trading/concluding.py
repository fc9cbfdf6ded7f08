"""What follows a failed run: the owner's choice among those of the law, with its analysis (30号令 38; 87号令 43)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from core import audit
from core.canonical import digest_of
from core.errors import Refused
from core.money import Money
from core.reasons import reason
from trading import access, binding
from trading.facts import facts_of
from trading.models import FailureDecision, Project
from trading.names import AfterFailure, Category, Stage, label
from trading.procedures.choosing import Purchase, PurchaseMethod, methods_allowed
from trading.procedures.failing import NEEDS_APPROVAL

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from core.actors import Actor
    from core.reasons import Reason
    from trading.models import Lot


def failed_lots(project: Project) -> list[Lot]:
    """Return the lots that have failed, in their order."""
    return [lot for lot in project.lots.all() if lot.stage == Stage.FAILED]


def choices_after(project: Project, *, at: datetime) -> tuple[AfterFailure, ...]:
    """Return what the law lets the owner do about the lots that have failed; nothing while none has."""
    procedure = binding.procedure_of(project, at=at)
    allowed = [procedure.after_failure(facts_of(lot, at=at)) for lot in failed_lots(project)]
    return tuple(choice for choice in AfterFailure if allowed and all(choice in each for each in allowed))


def methods_after(project: Project, *, at: datetime) -> tuple[PurchaseMethod, ...]:
    """Return the methods that a failed tender opens, beside the open tender itself (采购法 30; 74号令 27)."""
    budgets = [Money(lot.budget, project.currency) for lot in failed_lots(project) if lot.budget is not None]
    total = sum(budgets, start=Money.zero(project.currency))
    purchase = Purchase(
        category=Category(project.category),
        amount=total,
        tender_failed=True,
        is_complex=bool(project.terms.get("is_complex")),
        is_standard_with_stock=bool(project.terms.get("is_standard")),
    )
    found = methods_allowed(purchase, binding.parameters_of(project, at=at))
    return tuple(method for method in found if method is not PurchaseMethod.OPEN)


def objections_to_deciding(project: Project) -> tuple[Reason, ...]:
    """Return why nothing can be decided about a failure of the project now."""
    found = [] if failed_lots(project) else [reason("no lot of the project has failed")]
    if FailureDecision.objects.filter(project=project).exists():
        found.append(reason("what follows the failure has been decided already"))
    return tuple(found)


@transaction.atomic(durable=True)
def go_another_way(
    project_id: int,
    *,
    choice: AfterFailure,
    analysis: str,
    authority: str = "",
    approval: str = "",
    method: PurchaseMethod | None = None,
    actor: Actor,
    at: datetime,
) -> FailureDecision:
    """Decide that the failed lots are not tendered again: what is done instead, and who consented to it."""
    project = Project.objects.select_for_update(of=("self",)).select_related("owner", "agent").get(pk=project_id)
    access.buyer(actor, project, approves=True)
    reasons: list[Reason] = []
    if choice is AfterFailure.TENDER_AGAIN:
        reasons.append(reason("tendering again begins a new run"))
    if choice in NEEDS_APPROVAL and not (authority.strip() and approval.strip()):
        reasons.append(reason("name the authority that approved this, and the number of its approval"))
    is_other = choice is AfterFailure.OTHER_METHOD_WITH_APPROVAL
    if is_other and method not in methods_after(project, at=at):
        reasons.append(reason("name a method whose grounds are met after a failed tender"))
    return record(
        project, choice, analysis=analysis, authority=authority, approval=approval,
        method=method if is_other else None, actor=actor, at=at, against=reasons,
    )  # fmt: skip


@transaction.atomic(savepoint=False)
def record(
    project: Project,
    choice: AfterFailure,
    *,
    analysis: str,
    authority: str = "",
    approval: str = "",
    method: PurchaseMethod | None = None,
    against: Iterable[Reason] = (),
    actor: Actor,
    at: datetime,
) -> FailureDecision:
    """Write down the choice if the law gives it; ``against`` are reasons found by the caller."""
    reasons = list(objections_to_deciding(project))
    if not reasons and choice not in choices_after(project, at=at):
        reasons.append(reason("“{choice}” is not open after this failure", choice=label(choice)))
    if not analysis.strip():
        reasons.append(reason("write down why the run failed and what is done about it"))
    reasons += against
    if reasons:
        raise Refused(*reasons)
    decision = FailureDecision.objects.create(
        project=project, choice=choice, analysis=analysis.strip(), authority=authority.strip(),
        approval=approval.strip(), method=method or "", decided_at=at, decided_by=actor.as_text(),
    )  # fmt: skip
    data = {"project": project.number, "choice": choice.value, "analysis": digest_of(analysis)}
    audit.append("trading.failure.decided", tender=project.number, data=data, actor=actor, at=at)
    return decision
