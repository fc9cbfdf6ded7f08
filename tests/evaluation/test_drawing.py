"""A draw from its preparation to its result, and everything that does not make another result."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, connection, transaction

from core import waiting
from core.errors import NotYours, Refused
from core.models import OutboxEntry
from disclosure.evidence import public_entries
from disclosure.names import EVENT_NAMES
from evaluation import contributing, draw_papers, drawing, settling, vrf_keys
from evaluation.draw_pools import Left
from evaluation.models import Draw, DrawCommit, DrawReveal, PooledExpert, VrfKey, WitnessedManifest
from evaluation.rules import draw_documents
from tests.evaluation.refusals import reasons_of
from tests.stories import drawing as draws
from tests.stories.drawing import AT, PARTIES, holders_of
from trading.names import Kind

if TYPE_CHECKING:
    from tests.cast import Cast
    from tests.stories.evaluation import Case

LATE = AT + contributing.PATIENCE


@pytest.fixture
def case(cast: Cast) -> Case:
    return draws.pooled(cast, Kind.CT)


def events(case: Case) -> list[str]:
    rows = OutboxEntry.objects.filter(tender=case.lot.number, event__startswith="draw.").order_by("seq")
    return list(rows.values_list("event", flat=True))


# -- the way of a draw -----------------------------------------------------------------------------------


def test_a_draw_goes_from_its_manifest_to_its_result_and_everything_is_in_the_log(case: Case):
    draw = draws.drawn(case)
    result = draw_papers.result_of(draw)
    assert (draw.state, len(result.order), len(result.drawn)) == (Draw.DRAWN, 7, 5)
    assert events(case) == [
        "draw.vrf", "draw.manifest", *["draw.commit"] * 3, *["draw.reveal"] * 3, "draw.result",
    ]  # fmt: skip
    entry = json.loads(bytes(OutboxEntry.objects.get(event="draw.manifest").entry))
    assert entry["data"] == {"manifest": draw.digest}
    key = VrfKey.objects.get(lot=case.lot)
    entry = json.loads(bytes(OutboxEntry.objects.get(event="draw.vrf").entry))
    assert entry["data"] == {"vrf_pk": key.public, "doc": key.digest}
    entry = json.loads(bytes(OutboxEntry.objects.filter(event="draw.commit").first().entry))
    assert set(entry["data"]) == {"manifest", "party", "commit", "doc"}
    entry = json.loads(bytes(OutboxEntry.objects.filter(event="draw.reveal").first().entry))
    assert set(entry["data"]) == {"manifest", "party", "doc"}
    assert draw_papers.badly_dealt(draw) == {}


def test_the_result_is_the_same_whoever_computes_it_and_however_often(case: Case):
    draw = draws.drawn(case)
    settling.evaluate(draw.pk)
    drawing.publish(draw.pk)
    again = draw_documents.read_result(bytes(draw.result.document), manifest=draw_papers.manifest_of(draw))
    assert again.order == draw_papers.result_of(draw).order
    assert events(case).count("draw.result") == 1


def test_nobody_is_left_out_in_silence(case: Case):
    out = case.cast.user("expert.three").number
    draw = draws.prepared(case, left_out={out: Left("prior-contact", "参与了招标文件编制")})
    manifest = draw_papers.manifest_of(draw)
    assert (len(manifest.pool), [each.code for each in manifest.exclusions]) == (6, ["prior-contact"])
    row = draw.candidates.get(exclusion="prior-contact")
    assert (row.user.number, row.because) == (out, "参与了招标文件编制")
    assert reasons_of(
        drawing.prepare_experts, case.lot.pk, stratum="civil", seats=5,
        left_out={out: Left("", " "), "PE-nobody": Left("other", "x")}, parties=PARTIES, actor=case.approver, at=AT,
    ) == (
        "PE-nobody does not stand in this stratum",
        f"say why {out} is left out",
        "“experts/civil” is drawn already or being drawn: there is no second draw",
    )  # fmt: skip


def test_whoever_is_employed_by_a_party_to_the_project_is_excluded_by_the_platform(case: Case):
    PooledExpert.objects.filter(user=case.cast.user("expert.two")).update(employer=case.cast["owner"])
    draw = draws.prepared(case)
    (row,) = draw.candidates.exclude(exclusion="")
    assert (row.user, row.exclusion) == (case.cast.user("expert.two"), "employer")


def test_a_draw_needs_enough_people_parties_of_two_organisations_and_somebody_who_may(case: Case):
    asked = {"stratum": "civil", "left_out": {}, "actor": case.approver, "at": AT}
    assert reasons_of(
        drawing.prepare_experts, case.lot.pk, seats=9, parties=("supervisor", "stranger", "supervisor"), **asked
    ) == (
        "7 can be drawn, 9 are needed",
        "“stranger” can contribute to no draw of this lot",
        "a party contributes once",
        "parties of at least two organisations contribute to a draw",
    )
    assert "at least one is drawn" in reasons_of(
        drawing.prepare_experts, case.lot.pk, seats=0, parties=PARTIES, **asked
    )
    with pytest.raises(Refused):
        drawing.prepare_experts(case.lot.pk, seats=5, parties=PARTIES, **asked | {"actor": case.drafter})
    with pytest.raises(NotYours):
        drawing.prepare_experts(case.lot.pk, seats=5, parties=PARTIES, **asked | {"actor": case.cast.actor("acme")})


# -- contributing ----------------------------------------------------------------------------------------


def test_contributions_are_shown_only_after_everybody_has_committed(case: Case):
    draw = draws.committed(case, draws.prepared(case), PARTIES[:2])
    document, note = draws.reveal_document(case, draw, "agency")
    actor = holders_of(case)["agency"].actor
    assert reasons_of(contributing.reveal, draw.pk, document=document, note=note, actor=actor, at=AT) == (
        "contributions are shown when every party has committed",
    )
    draw = draws.committed(case, draw, PARTIES[2:])
    assert (draw.state, draw.committed_at) == (Draw.REVEALING, AT)


def test_a_party_commits_once_and_the_same_again_is_answered_the_same(case: Case):
    draw = draws.prepared(case)
    document, note = draws.commit_document(case, draw, "agency")
    actor = holders_of(case)["agency"].actor
    first = contributing.commit(draw.pk, document=document, note=note, actor=actor, at=AT)
    assert contributing.commit(draw.pk, document=document, note=note, actor=actor, at=AT).pk == first.pk
    other, other_note = draws.commit_document(case, draw, "agency", contribution=bytes(32))
    assert reasons_of(contributing.commit, draw.pk, document=other, note=other_note, actor=actor, at=AT) == (
        "You have handed this in already; a second one is not taken.",
    )
    assert DrawCommit.objects.count() == 1


def test_only_the_party_itself_contributes_with_its_own_key(case: Case):
    draw = draws.prepared(case)
    document, note = draws.commit_document(case, draw, "agency")
    supervisor = holders_of(case)["supervisor"].actor
    assert reasons_of(contributing.commit, draw.pk, document=document, note=note, actor=supervisor, at=AT) == (
        "The contribution is another party's.",
    )
    _, forged = draws.reveal_document(case, draw, "agency")
    (why,) = reasons_of(
        contributing.commit, draw.pk, document=document, note=forged, actor=holders_of(case)["agency"].actor, at=AT
    )
    assert why.startswith("The contribution does not count")
    for stranger in (holders_of(case)["platform"].actor, case.cast.actor("acme"), case.approver):
        with pytest.raises(NotYours):
            contributing.commit(draw.pk, document=document, note=note, actor=stranger, at=AT)


def test_another_contribution_than_the_committed_one_is_refused(case: Case):
    draw = draws.committed(case, draws.prepared(case))
    document, note = draws.reveal_document(case, draw, "agency", contribution=bytes(32))
    (why,) = reasons_of(
        contributing.reveal, draw.pk, document=document, note=note, actor=holders_of(case)["agency"].actor, at=AT
    )
    assert "is not the one it committed to" in why
    assert not DrawReveal.objects.exists()


# -- who stays silent ------------------------------------------------------------------------------------


def test_the_holders_open_what_a_party_does_not_show(case: Case):
    draw = draws.shown(case, draws.committed(case, draws.prepared(case)), PARTIES[:2])
    document, note = draws.release_document(case, draw, "agency")
    early = {"document": document, "note": note, "actor": holders_of(case)["agency"].actor}
    assert reasons_of(contributing.release, draw.pk, **early, at=LATE - timedelta(seconds=1)) == (
        "the parties have ten minutes from the last commitment to show their contributions",
    )
    for kid in ("agency", "supervisor", "platform"):
        document, note = draws.release_document(case, draw, kid)
        contributing.release(draw.pk, document=document, note=note, actor=holders_of(case)[kid].actor, at=LATE)
    settling.evaluate(draw.pk)
    assert draw_papers.result_of(draw).contributions == {party: draws.contribution_of(party) for party in PARTIES}
    assert events(case)[-5:] == ["draw.reveal", *["draw.release"] * 3, "draw.result"]


def test_a_late_contribution_still_counts_until_the_result_and_changes_nothing(case: Case):
    draw = draws.shown(case, draws.committed(case, draws.prepared(case)), PARTIES[:2])
    document, note = draws.release_document(case, draw, "agency")
    contributing.release(draw.pk, document=document, note=note, actor=holders_of(case)["agency"].actor, at=LATE)
    draw = draws.shown(case, draw, PARTIES[2:], at=LATE)
    settling.evaluate(draw.pk)
    draw = draws.again(draw)
    assert draw.state == Draw.DRAWN
    document, note = draws.release_document(case, draw, "supervisor")
    assert reasons_of(
        contributing.release, draw.pk, document=document, note=note, actor=holders_of(case)["supervisor"].actor, at=LATE
    ) == ("there is nothing to open",)


def test_if_the_operator_has_lost_its_key_the_holders_open_it(case: Case):
    draw = draws.shown(case, draws.committed(case, draws.prepared(case)))
    vrf_keys._path(VrfKey.objects.get(lot=case.lot).public).unlink()
    settling.evaluate(draw.pk)
    settling.evaluate(draw.pk)
    draw = draws.again(draw)
    assert (draw.state, draw.key_lost_at is None) == (Draw.REVEALING, False)
    for kid in ("agency", "supervisor", "tenderee"):
        document, note = draws.release_document(case, draw, kid)
        contributing.release(draw.pk, document=document, note=note, actor=holders_of(case)[kid].actor, at=AT)
    settling.evaluate(draw.pk)
    assert draws.again(draw).state == Draw.DRAWN


# -- no second draw --------------------------------------------------------------------------------------


def test_a_draw_is_given_up_only_before_anybody_has_shown(case: Case):
    draw = draws.committed(case, draws.prepared(case), PARTIES[:2])
    drawing.give_up(draw.pk, because="监督部门缺席", actor=case.approver, at=AT)
    anew = draws.prepared(case, parties=PARTIES[:2])
    assert (anew.ordinal, VrfKey.objects.filter(lot=case.lot).count()) == (2, 1)
    draw = draws.shown(case, draws.committed(case, anew, PARTIES[:2]), PARTIES[:1])
    assert reasons_of(drawing.give_up, draw.pk, because=" ", actor=case.approver, at=AT) == (
        "a contribution was shown: the result is determined and there is no other draw",
        "say why the draw is given up",
    )


def test_what_belongs_to_a_draw_is_neither_changed_nor_deleted(case: Case):
    draw = draws.drawn(case)
    statements = [
        f"UPDATE {table} SET {column} = {column2} WHERE {key} = {row}"
        for table, column, column2, key, row in (
            ("evaluation_draw", "label", "'x'", "id", draw.pk),
            ("evaluation_draw", "digest", "'x'", "id", draw.pk),
            ("evaluation_drawcommit", "note", "'x'", "draw_id", draw.pk),
            ("evaluation_drawreveal", "note", "'x'", "draw_id", draw.pk),
            ("evaluation_drawresult", "digest", "'x'", "draw_id", draw.pk),
            ("evaluation_drawcandidate", "exclusion", "'other'", "draw_id", draw.pk),
            ("evaluation_vrfkey", "public", "'x'", "lot_id", case.lot.pk),
        )
    ] + [f"DELETE FROM {table}" for table in ("evaluation_draw", "evaluation_drawresult", "evaluation_drawcommit")]
    for statement in statements:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# -- the witnesses ---------------------------------------------------------------------------------------


def test_nobody_commits_before_enough_witnesses_have_signed_for_the_manifest(
    case: Case, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.waiting.nudge", lambda: None)
    draw = draws.prepared(case)
    document, note = draws.commit_document(case, draw, "agency")
    actor = holders_of(case)["agency"].actor
    assert reasons_of(contributing.commit, draw.pk, document=document, note=note, actor=actor, at=AT) == (
        "the manifest waits for its witnesses: nobody contributes before they have signed for it",
    )
    assert drawing.take_unwitnessed(at=AT) == 0
    monkeypatch.undo()
    waiting.nudge()
    assert (drawing.take_unwitnessed(at=AT), drawing.take_unwitnessed(at=AT)) == (1, 0)
    kept = WitnessedManifest.objects.get(draw=draw).note
    assert kept.count("\n— ") >= 3  # the log's own line and those of two witnesses
    contributing.commit(draw.pk, document=document, note=note, actor=actor, at=AT)


# -- what others take away -------------------------------------------------------------------------------


def test_what_parties_give_is_public_when_the_draw_is_over(case: Case):
    def public() -> set[str]:
        entries = public_entries().filter(tender=case.lot.number, event__startswith="draw.")
        return set(entries.values_list("event", flat=True))

    draw = draws.shown(case, draws.committed(case, draws.prepared(case)))
    assert public() == {"draw.vrf", "draw.manifest"}
    settling.evaluate(draw.pk)
    assert public() == {"draw.vrf", "draw.manifest", "draw.commit", "draw.reveal", "draw.result"}
    names = set(OutboxEntry.objects.values_list("event", flat=True))
    assert names - set(EVENT_NAMES) == set()
