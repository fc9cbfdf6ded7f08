"""Every way to steer a draw or to roll again: each tells a whole story, consistently logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.canonical import b64u_encode, digest, dumps
from core.notes import sign_statement
from evaluation.rules import vrf
from evaluation.rules.draw import alpha_of
from tests.verifier.draws_on_paper import POOL, DrawOnPaper
from tests.verifier.judging import edited
from tests.verifier.paper import key

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.verifier.paper import Paper


def result_of(draw: DrawOnPaper, **changes: object) -> None:
    """Log a result that is the true one but for some fields."""
    made = draw.finish()
    draw.paper.log.pop()
    draw.log_result(edited(made.data, lambda doc: doc.update(changes)))


def ready(paper: Paper, **kwargs: object) -> DrawOnPaper:
    draw = DrawOnPaper(paper, **kwargs)
    draw.publish()
    draw.commit()
    draw.reveal()
    return draw


def swaps_the_pool(paper: Paper) -> None:
    """Show another pool than the one that everybody committed to."""
    draw = ready(paper)
    draw.finish()
    path = f"{draw.folder}/manifest.json"
    paper.files[path] = edited(draw.manifest.data, lambda doc: doc.update(pool=list(POOL[1:])))


def swaps_pool_and_log(paper: Paper) -> None:
    """Draw from another pool under a manifest of its own, with the commitments to the first."""
    ready(paper)
    other = DrawOnPaper(paper, pool=[*POOL[:-1], "friend"])
    other.publish()
    other.finish()


def rolls_again(paper: Paper) -> None:
    DrawOnPaper(paper).run()
    DrawOnPaper(paper, pool=POOL[1:]).run()


def changes_the_order(paper: Paper) -> None:
    result_of(ready(paper), order=list(POOL), drawn=list(POOL[:3]))


def takes_somebody_else(paper: Paper) -> None:
    result_of(ready(paper), drawn=list(POOL[-3:]))


def forges_the_proof(paper: Paper) -> None:
    draw = ready(paper)
    proof = vrf.prove(bytes(32), alpha_of(draw.manifest.digest, draw.contributions))
    result_of(draw, pi=b64u_encode(proof))


def changes_a_contribution(paper: Paper) -> None:
    draw = ready(paper)
    result_of(draw, contributions={party: b64u_encode(bytes(32)) for party in draw.parties})


def leaves_out_a_contribution(paper: Paper) -> None:
    draw = ready(paper)
    party = draw.parties[0]
    result_of(draw, contributions={party: b64u_encode(draw.contributions[party])})


def shows_before_all_have_committed(paper: Paper) -> None:
    draw = DrawOnPaper(paper)
    draw.publish()
    draw.commit("supervisor")
    draw.reveal("supervisor")
    draw.commit("tenderee")
    draw.reveal("tenderee")
    draw.finish()


def enrols_its_key_after_the_manifest(paper: Paper) -> None:
    draw = DrawOnPaper(paper)
    paper.enter("draw.manifest", {"manifest": draw.manifest.digest})
    draw.run()


def is_witnessed_after_the_commitments(paper: Paper) -> None:
    draw = DrawOnPaper(paper)
    draw.publish()
    draw.commit()
    paper.files[f"{draw.folder}/manifest.checkpoint"] = paper.checkpoint().encode()
    draw.reveal()
    draw.finish()


def signs_for_a_party(paper: Paper) -> None:
    draw = ready(paper)
    draw.finish()
    path = f"{draw.folder}/commits/{draw.commits['tenderee'].digest}.sig"
    paper.files[path] = sign_statement("draw-commit", draw.commits["tenderee"].digest, key=paper.keys.platform).encode()


def skips_a_reserve(paper: Paper) -> None:
    draw = ready(paper)
    result = draw.finish()
    draw.refuse(result.order[4])


def logs_a_foreign_result(paper: Paper) -> None:
    ready(paper).finish()
    paper.enter("draw.result", {"result": digest(dumps({}))})


def draws_with_one_organisation(paper: Paper) -> None:
    paper.enrol("guest", key("party/guest"), kind="party")
    DrawOnPaper(paper, parties=("guest", "tenderee")).run()


CHEATS: dict[str, Callable[[Paper], None]] = {
    one.__name__.replace("_", " "): one
    for one in (
        swaps_the_pool, swaps_pool_and_log, rolls_again, changes_the_order, takes_somebody_else, forges_the_proof,
        changes_a_contribution, leaves_out_a_contribution, shows_before_all_have_committed,
        enrols_its_key_after_the_manifest, is_witnessed_after_the_commitments, signs_for_a_party, skips_a_reserve,
        logs_a_foreign_result, draws_with_one_organisation,
    )
}  # fmt: skip
