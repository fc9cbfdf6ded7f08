from __future__ import annotations

from django.urls import path

from evaluation.web import changes, committee, decisions, members, qualification, ranking, report, results, room, scores

app_name = "evaluation"

urlpatterns = [
    path("evaluation/<str:number>", room.lot, name="lot"),
    path("evaluation/<str:number>/committee", committee.committee, name="committee"),
    path("evaluation/<str:number>/committee/again", committee.name_again, name="name-again"),
    path("evaluation/<str:number>/committee/<str:person>", committee.replace, name="replace"),
    path("evaluation/<str:number>/convene", committee.convene, name="convene"),
    path("evaluation/<str:number>/qualification", qualification.qualification, name="qualification"),
    path("evaluation/<str:number>/qualification/end", qualification.qualify, name="qualify"),
    path("evaluation/<str:number>/declaration", members.declaration, name="declaration"),
    path("evaluation/<str:number>/review", members.review, name="review"),
    path("evaluation/<str:number>/files/<str:bidder>/<str:name>", members.file, name="file"),
    path("evaluation/<str:number>/time-short", changes.time_short, name="time-short"),
    path("evaluation/<str:number>/extend", changes.extend, name="extend"),
    path("evaluation/<str:number>/recheck", changes.recheck, name="recheck"),
    path("evaluation/<str:number>/scores", scores.scores, name="scores"),
    path("evaluation/<str:number>/scores/<str:bidder>", scores.sheet, name="sheet"),
    path("evaluation/<str:number>/calculation", ranking.calculation, name="calculation"),
    path("evaluation/<str:number>/tie", ranking.tie, name="tie"),
    path("evaluation/<str:number>/report", report.report, name="report"),
    path("evaluation/<str:number>/report.pdf", report.report_pdf, name="report-pdf"),
    path("evaluation/<str:number>/report/answer", report.answer, name="answer"),
    path("evaluation/<str:number>/report/take-back", report.take_back, name="take-back"),
    path("evaluation/<str:number>/report/conclude", report.conclude, name="conclude"),
    path("evaluation/<str:number>/report/refusals/<str:person>", report.note_refusal, name="note-refusal"),
    path("evaluation/<str:number>/candidates", decisions.candidates, name="candidates"),
    path("evaluation/<str:number>/deliver", decisions.deliver, name="deliver"),
    path("evaluation/<str:number>/award", decisions.award, name="award"),
    path("evaluation/<str:number>/notify", decisions.notify, name="notify"),
    path("evaluation/<str:number>/refusal", decisions.refusal, name="refusal"),
    path("evaluation/<str:number>/failure", decisions.failure, name="failure"),
    path("evaluation/<str:number>/result", results.result, name="result"),
]
