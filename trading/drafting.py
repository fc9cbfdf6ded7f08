"""Verbs before the announcement: make a project, write it, add lots and documents, hand it to the approver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from accounts.access import seat_of
from accounts.names import Role
from core import audit, numbering
from core.errors import NotYours, Refused
from core.models import Installation
from core.reasons import reason
from trading import access, binding, moves
from trading.models import Document, Lot, Participation, Project
from trading.names import Kind, Move, Side, Stage, label
from trading.procedures import NoSuchProcedure, procedure_for
from trading.procedures.facts import IntentionState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.models import Organisation
    from core.actors import Actor
    from core.models import StoredFile

_EDITABLE = frozenset({Stage.INTENTION, Stage.DRAFT})
_PROJECT_FIELDS = frozenset(
    {
        "title", "content", "scope", "scale", "category", "funds_type", "funds_detail", "is_mandatory_tender",
        "currency", "approval", "qualification", "accepts_consortia", "terms", "method", "method_parameters",
        "criteria", "tie_rule", "region", "source",
    }
)  # fmt: skip
_LOT_FIELDS = frozenset(
    {
        "title", "description", "closes_at", "estimated_value", "ceiling_price", "budget", "deposit_amount",
        "duration", "quality", "bill", "source",
    }
)  # fmt: skip


@transaction.atomic(durable=True)
def create_project(
    *,
    actor: Actor,
    at: datetime,
    kind: Kind,
    title: str,
    owner: Organisation,
    agent: Organisation | None,
    supervisor: Organisation,
    center: Organisation,
    previous: Project | None = None,
    edition: str = "",
    **fields: object,
) -> Project:
    """Make a project as a draft with its sides; the actor acts for the owner or for its agent.

    ``edition`` binds the draft before its announcement does: a rehearsal names the edition that it rehearses.
    """
    return start_run(
        actor=actor, at=at, kind=kind, title=title, owner=owner, agent=agent, supervisor=supervisor, center=center,
        previous=previous, edition=edition, **fields,
    )  # fmt: skip


@transaction.atomic(savepoint=False)
def start_run(
    *,
    actor: Actor,
    at: datetime,
    kind: Kind,
    title: str,
    owner: Organisation,
    agent: Organisation | None,
    supervisor: Organisation,
    center: Organisation,
    previous: Project | None = None,
    edition: str = "",
    **fields: object,
) -> Project:
    """Make the rows of a new run: a first project, or the re-tender of ``previous``."""
    _check_sides(actor, owner, agent, supervisor, center)
    _check_edition(kind, edition)
    _check_fields(fields, _PROJECT_FIELDS)
    project = Project.objects.create(
        number=numbering.take(kind.value.partition("_")[0], at=at),
        kind=kind,
        edition=edition,
        title=title,
        owner=owner,
        agent=agent,
        previous=previous,
        round_number=previous.round_number + 1 if previous else 1,
        created_at=at,
        **fields,
    )
    for organisation, side in _sides(owner, agent, supervisor, center):
        Participation.objects.create(project=project, organisation=organisation, side=side, since=at)
    _record("trading.project.created", project, {"kind": kind.value, "round": project.round_number}, actor, at)
    return project


@transaction.atomic(durable=True)
def edit_project(project_id: int, *, actor: Actor, at: datetime, **fields: object) -> Project:
    """Write fields of a project that is still a draft."""
    project = _editable(project_id, actor)
    _check_fields(fields, _PROJECT_FIELDS)
    for name, value in fields.items():
        setattr(project, name, value)
    project.save(update_fields=list(fields))
    _record("trading.project.edited", project, {"fields": sorted(fields)}, actor, at)
    return project


@transaction.atomic(durable=True)
def add_lot(project_id: int, *, actor: Actor, at: datetime, title: str, **fields: object) -> Lot:
    """Add a lot with the next ordinal; its number is the project's with the ordinal behind it."""
    return append_lot(_editable(project_id, actor), actor=actor, at=at, title=title, **fields)


@transaction.atomic(savepoint=False)
def append_lot(project: Project, *, actor: Actor, at: datetime, title: str, **fields: object) -> Lot:
    """Make the row of a lot."""
    _check_fields(fields, _LOT_FIELDS)
    ordinal = (project.lots.aggregate(last=Max("ordinal"))["last"] or 0) + 1
    procedure = binding.procedure_of(project, at=at)
    stands = project.lots.order_by("pk").first()
    lot = Lot(
        project=project, ordinal=ordinal, number=f"{project.number}-{ordinal}", title=title, entered_at=at, **fields
    )
    lot.enter(Stage(stands.stage) if stands else procedure.initial)
    lot.save()
    _record("trading.lot.added", project, {"lot": lot.number}, actor, at)
    return lot


@transaction.atomic(durable=True)
def edit_lot(lot_id: int, *, actor: Actor, at: datetime, **fields: object) -> Lot:
    """Write fields of a lot whose project is still a draft."""
    lot = Lot.objects.select_related("project").get(pk=lot_id)
    project = _editable(lot.project_id, actor)
    _check_fields(fields, _LOT_FIELDS)
    lot = Lot.objects.select_for_update(of=("self",)).get(pk=lot_id)
    for name, value in fields.items():
        setattr(lot, name, value)
    lot.save(update_fields=list(fields))
    _record("trading.lot.edited", project, {"lot": lot.number, "fields": sorted(fields)}, actor, at)
    return lot


@transaction.atomic(durable=True)
def remove_lot(lot_id: int, *, actor: Actor, at: datetime) -> None:
    """Take a lot out of a draft that was never handed in."""
    lot = Lot.objects.get(pk=lot_id)
    project = _editable(lot.project_id, actor)
    if lot.changes.exists():
        raise Refused(reason("a lot with a history is not removed; leave it out by terminating the project"))
    number = lot.number
    lot.delete()
    _record("trading.lot.removed", project, {"lot": number}, actor, at)


@transaction.atomic(durable=True)
def attach_document(
    project_id: int, *, actor: Actor, at: datetime, title: str, media: str, file: StoredFile, lot: Lot | None = None
) -> Document:
    """Attach a file to a draft; it becomes public with the announcement."""
    project = _editable(project_id, actor)
    document = Document.objects.create(
        project=project, lot=lot, title=title, media=media, file=file, added_at=at, added_by=actor.as_text()
    )
    _record("trading.document.attached", project, {"sha256": file.digest, "title": title}, actor, at)
    return document


@transaction.atomic(durable=True)
def remove_document(document_id: int, *, actor: Actor, at: datetime) -> None:
    """Take a file out of a draft."""
    document = Document.objects.select_related("project").get(pk=document_id)
    project = _editable(document.project_id, actor)
    digest = document.file_id
    document.delete()
    _record("trading.document.removed", project, {"sha256": digest}, actor, at)


@transaction.atomic(durable=True)
def intend(project_id: int, *, actor: Actor, at: datetime, waived_because: str = "") -> Project:
    """Publish the purchase intention, or record why it is waived; the project becomes a draft."""
    project = _own(project_id, actor, approves=True)
    published = None if waived_because else at
    known = IntentionState(published_at=published, waived_because=waived_because)
    lots = list(project.lots.values_list("pk", flat=True))
    if waived_because:
        project.terms = project.terms | {"intention_waived_because": waived_because}
    project.intended_at = published
    project.save(update_fields=["intended_at", "terms"])
    moves.advance_project(
        project, Move.INTEND, actor=actor, at=at, known=dict.fromkeys(lots, (known,)), because=waived_because
    )
    return project


@transaction.atomic(durable=True)
def submit_notice(project_id: int, *, actor: Actor, at: datetime) -> Project:
    """Hand the draft to the one who approves; whoever does this cannot announce it."""
    project = _own(project_id, actor)
    project.drafted_by, project.approved_by = actor.person, ""
    project.save(update_fields=["drafted_by", "approved_by"])
    moves.advance_project(project, Move.SUBMIT_NOTICE, actor=actor, at=at, known=intention_of(project))
    return project


@transaction.atomic(durable=True)
def return_notice(project_id: int, *, actor: Actor, at: datetime, because: str) -> Project:
    """Send the draft back to its author with the reason."""
    project = _own(project_id, actor, approves=True)
    if not because.strip():
        raise Refused(reason("say why the notice goes back to its author"))
    moves.advance_project(project, Move.RETURN_NOTICE, actor=actor, at=at, because=because)
    return project


def intention_of(project: Project) -> Mapping[int, tuple[IntentionState, ...]]:
    """Return what is known of the purchase intention, for every lot; nothing where the kind has none."""
    waived = str(project.terms.get("intention_waived_because", ""))
    if project.intended_at is None and not waived:
        return {}
    known = IntentionState(published_at=project.intended_at, waived_because=waived)
    return dict.fromkeys(project.lots.values_list("pk", flat=True), (known,))


def _own(project_id: int, actor: Actor, *, approves: bool = False) -> Project:
    project = Project.objects.select_for_update(of=("self",)).select_related("owner", "agent").get(pk=project_id)
    access.buyer(actor, project, approves=approves)
    return project


def _editable(project_id: int, actor: Actor) -> Project:
    project = _own(project_id, actor)
    stages = {Stage(stage) for stage in project.lots.values_list("stage", flat=True)}
    if stuck := sorted(stages - _EDITABLE):
        raise Refused(reason("the project can no longer be edited: it is in “{stage}”", stage=label(stuck[0])))
    return project


def _check_fields(fields: Mapping[str, object], allowed: frozenset[str]) -> None:
    if unknown := sorted(set(fields) - allowed):
        raise ValueError(f"not a field that may be written: {', '.join(unknown)}")


def _check_edition(kind: Kind, edition: str) -> None:
    """Refuse an edition that is named outside a rehearsal, where the announcement binds the one in force."""
    if not edition:
        return
    if not Installation.is_rehearsal():
        raise Refused(reason("only a rehearsal names its edition; the announcement binds the one in force"))
    try:
        procedure_for(kind, edition)
    except NoSuchProcedure:
        raise Refused(reason("there is no edition {edition} of {kind}", edition=edition, kind=kind.value)) from None


def _check_sides(
    actor: Actor, owner: Organisation, agent: Organisation | None, supervisor: Organisation, center: Organisation
) -> None:
    seat = seat_of(actor, Role.OWNER, Role.AGENT)
    if seat.organisation_id != (owner.pk if seat.role == Role.OWNER else agent and agent.pk):
        raise NotYours(owner.number)
    wanted = [(owner, Role.OWNER), (agent, Role.AGENT), (supervisor, Role.SUPERVISOR), (center, Role.CENTER)]
    reasons = [
        reason("{name} is not admitted as {role}", name=organisation.name, role=label(role))
        for organisation, role in wanted
        if organisation is not None and not (organisation.is_in_force and organisation.may_seat(role))
    ]
    together = [organisation.pk for organisation, _ in wanted if organisation is not None]
    if len(set(together)) != len(together):
        raise Refused(reason("owner, agent, supervisor and trading centre are different organisations"), *reasons)
    if reasons:
        raise Refused(*reasons)


def _sides(
    owner: Organisation, agent: Organisation | None, supervisor: Organisation, center: Organisation
) -> list[tuple[Organisation, Side]]:
    buying = [(owner, Side.BUYING), *([(agent, Side.BUYING)] if agent else [])]
    return [*buying, (supervisor, Side.OVERSEEING), (center, Side.OPERATING)]


def _record(event: str, project: Project, data: Mapping[str, object], actor: Actor, at: datetime) -> None:
    audit.append(event, tender=project.number, data=dict(data) | {"project": project.number}, actor=actor, at=at)
