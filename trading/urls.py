from __future__ import annotations

from django.urls import path

from trading.web import (
    amendments,
    contracts,
    creating,
    desk_page,
    documents,
    ending,
    holds,
    lots,
    notice,
    projects,
    questions,
)

app_name = "trading"

urlpatterns = [
    path("desk", desk_page.show, name="desk"),
    path("desk/projects", projects.projects, name="projects"),
    path("desk/projects/new", creating.create, name="create"),
    path("desk/projects/<str:number>", projects.project, name="project"),
    path("desk/projects/<str:number>/edit/<str:step>", creating.edit, name="edit"),
    path("desk/projects/<str:number>/criteria", lots.criteria, name="criteria"),
    path("desk/projects/<str:number>/lots", lots.lots, name="lots"),
    path("desk/projects/<str:number>/lots/new", lots.add_lot, name="add-lot"),
    path("desk/lots/<str:number>", lots.lot, name="lot"),
    path("desk/lots/<str:number>/remove", lots.remove_lot, name="remove-lot"),
    path("desk/projects/<str:number>/documents", documents.documents, name="documents"),
    path("desk/projects/<str:number>/documents/<str:digest>/remove", documents.remove_document, name="remove-document"),
    path("projects/<str:number>/documents/<str:digest>", documents.document, name="document"),
    path("desk/projects/<str:number>/preview", notice.preview, name="preview"),
    path("desk/projects/<str:number>/intend", notice.intend, name="intend"),
    path("desk/projects/<str:number>/submit", creating.submit, name="submit"),
    path("desk/projects/<str:number>/return", notice.return_notice, name="return"),
    path("desk/projects/<str:number>/questions", questions.questions, name="questions"),
    path("desk/questions/<str:number>", questions.answer, name="answer"),
    path("projects/<str:number>/ask", questions.ask_question, name="ask"),
    path("desk/projects/<str:number>/amendments", amendments.amendments, name="amendments"),
    path("desk/projects/<str:number>/amendments/new", amendments.amend, name="amend"),
    path("desk/amendments/<str:number>", amendments.amendment, name="amendment"),
    path("desk/amendments/<str:number>/drop", amendments.drop_amendment, name="drop-amendment"),
    path("desk/lots/<str:number>/hold", holds.place_hold, name="place-hold"),
    path("desk/holds/<str:number>/lift", holds.lift_hold, name="lift-hold"),
    path("desk/projects/<str:number>/terminate", ending.terminate, name="terminate"),
    path("desk/projects/<str:number>/fail-documents", ending.fail_documents, name="fail-documents"),
    path("desk/projects/<str:number>/after-failure", ending.after_failure, name="after-failure"),
    path("desk/lots/<str:number>/contract", contracts.draft_contract, name="draft-contract"),
    path("desk/contracts/<str:number>", contracts.contract, name="contract"),
    path("desk/contracts/<str:number>/text", contracts.contract_file, name="contract-file"),
    path("desk/contracts/<str:number>/sign", contracts.sign_contract, name="sign-contract"),
    path("desk/contracts/<str:number>/security", contracts.give_security, name="give-security"),
    path("desk/contracts/<str:number>/register", contracts.register_contract, name="register-contract"),
    path("desk/contracts/<str:number>/supplement", contracts.supplement, name="supplement"),
    path("desk/contracts/<str:number>/accept", contracts.accept_contract, name="accept-contract"),
]
