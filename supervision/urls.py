from __future__ import annotations

from django.urls import path

from supervision.web import board, objections

app_name = "supervision"

urlpatterns = [
    path("supervision", board.board, name="board"),
    path("objections", objections.objections, name="objections"),
    path("objections/lots/<str:number>", objections.object_to, name="object"),
    path("objections/<str:number>", objections.objection, name="objection"),
    path("objections/<str:number>/answer", objections.answer, name="answer"),
    path("objections/<str:number>/withdraw", objections.withdraw, name="withdraw"),
]
