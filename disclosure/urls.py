"""The public face: what everybody may read. Only ``/evidence`` shows more to one role: the auditor's."""

from __future__ import annotations

from django.urls import path

from disclosure.web import about, bundles, evidence, home, log, notices, projects, verify

app_name = "disclosure"

urlpatterns = [
    path("", home.home, name="home"),
    path("openings", home.openings, name="openings"),
    path("notices", notices.notices, name="notices"),
    path("notices.csv", notices.notices_csv, name="notices-csv"),
    path("notices/<str:number>.pdf", notices.notice_pdf, name="notice-pdf"),
    path("notices/<str:number>", notices.notice, name="notice"),
    path("projects", projects.projects, name="projects"),
    path("projects.csv", projects.projects_csv, name="projects-csv"),
    path("projects/<str:number>", projects.project, name="project"),
    path("lots/<str:number>", projects.lot, name="lot"),
    path("lots/<str:number>/bundle.zip", bundles.bundle, name="bundle"),
    path("evidence", evidence.entries, name="evidence"),
    path("evidence.jsonl", evidence.entries_jsonl, name="evidence-jsonl"),
    path("evidence/<uuid:entry_id>", evidence.entry, name="entry"),
    path("log/", log.log, name="log"),
    path("log/checkpoint", log.checkpoint, name="log-checkpoint"),
    path("log/checkpoint/witnessed", log.witnessed_checkpoint, name="log-witnessed"),
    path("log/tile/entries/<path:place>", log.entry_bundle, name="log-bundle"),
    path("log/tile/<int:level>/<path:place>", log.tile, name="log-tile"),
    path("log/entry/<int:index>", log.log_entry, name="log-entry"),
    path("log/proof/<int:index>", log.proof, name="log-proof"),
    path("log/timestamps/<int:size>", log.stamped_text, name="log-stamped"),
    path("log/timestamps/<int:size>/<str:tsa>", log.timestamp, name="log-timestamp"),
    path("verify", verify.verify, name="verify"),
    path("about", about.about, name="about"),
    path("editions/<str:kind>/<str:edition>", about.edition, name="edition"),
]
