from __future__ import annotations

from django.urls import path

from bidding.web import bids, deposits, hall, holders, key_documents, keys, receipts, sealing, session, uploads

app_name = "bidding"

_PROJECT = "desk/projects/<str:number>"
_LOT = "desk/lots/<str:number>"
_KEYS = "desk/keys/<str:number>"
_LOT_KEYS = "desk/keys/lots/<str:number>"
_BID = "desk/bids/<str:number>"
_RECEIPT = "desk/receipts/<str:number>"

urlpatterns = [
    path("hall/<str:number>", hall.hall, name="hall"),
    path("hall/<str:number>/state", hall.state, name="hall-state"),
    path("hall/<str:number>/record.pdf", hall.record, name="opening-record"),
    path("hall/<str:number>/remarks", hall.remark, name="remark"),
    path("hall/<str:number>/confirm", hall.confirm_read_out, name="confirm-read-out"),
    path("lots/<str:number>/ceremony.json", key_documents.ceremony, name="ceremony"),
    path("lots/<str:number>/ceremony.sigs", key_documents.ceremony_signatures, name="ceremony-signatures"),
    # the buying side
    path(f"{_PROJECT}/holders", holders.holders, name="holders"),
    path(f"{_PROJECT}/holders/appoint", holders.appoint, name="appoint"),
    path(f"{_PROJECT}/holders/assemble", holders.assemble, name="assemble"),
    path(f"{_PROJECT}/announce", holders.announce, name="announce"),
    path(f"{_LOT}/rehearsal", holders.rehearse_again, name="rehearse-again"),
    path(f"{_LOT}/bid-box", holders.open_box, name="open-box"),
    path(f"{_LOT}/opening", session.control, name="opening"),
    path(f"{_LOT}/opening/finish", session.finish, name="finish-opening"),
    path(f"{_LOT}/opening/remarks/<int:ordinal>", session.answer_remark, name="answer-remark"),
    path(f"{_LOT}/deposits", deposits.deposits, name="deposits"),
    path(f"{_LOT}/deposits/statement", deposits.match_statement, name="match-statement"),
    path(f"{_LOT}/deposits/lock", deposits.lock_deposits, name="lock-deposits"),
    path(f"{_LOT}/deposits/<str:bidder>/<str:action>", deposits.deposit, name="deposit"),
    # key holders
    path("desk/keys", keys.seats, name="seats"),
    path(_KEYS, keys.seat, name="seat"),
    path(f"{_KEYS}/make", keys.holder_key, name="holder-key"),
    path(f"{_KEYS}/key", key_documents.submit_key, name="submit-key"),
    path(f"{_KEYS}/key.age", key_documents.holder_wrapped, name="holder-wrapped"),
    path(f"{_KEYS}/lost", keys.report_lost, name="report-lost"),
    path(f"{_LOT_KEYS}/ceremony", keys.sign_ceremony, name="sign-ceremony"),
    path(f"{_LOT_KEYS}/ceremony/sign", key_documents.sign, name="sign"),
    path(f"{_LOT_KEYS}/rehearsal", keys.rehearsal, name="rehearsal"),
    path(f"{_LOT_KEYS}/rehearsal.json", key_documents.rehearsal_document, name="rehearsal-document"),
    path(f"{_LOT_KEYS}/rehearsal/answer", key_documents.answer_rehearsal, name="answer-rehearsal"),
    path(f"{_LOT_KEYS}/release", keys.release, name="release"),
    path(f"{_LOT_KEYS}/close.json", key_documents.close_document, name="close-document"),
    path(f"{_LOT_KEYS}/close-proof.json", key_documents.close_proof, name="close-proof"),
    path(f"{_LOT_KEYS}/seals.json", key_documents.accepted_seals, name="accepted-seals"),
    path(f"{_LOT_KEYS}/release/hand-in", key_documents.hand_in_release, name="hand-in-release"),
    # bidders
    path("desk/bids", bids.bids, name="bids"),
    path("desk/uploads/<str:slot>", uploads.upload, name="upload"),
    path("desk/uploads/<str:slot>/finish", uploads.finish_upload, name="finish-upload"),
    path(_BID, bids.bid, name="bid"),
    path(f"{_BID}/seal", bids.seal, name="seal"),
    path(f"{_BID}/uploads", uploads.uploads, name="uploads"),
    path(f"{_BID}/seals", sealing.seals, name="seals"),
    path(f"{_BID}/withdraw", bids.withdraw, name="withdraw"),
    path(f"{_BID}/withdraw/hand-in", sealing.hand_in_withdrawal, name="hand-in-withdrawal"),
    path(f"{_BID}/give-up", bids.give_up, name="give-up"),
    path(_RECEIPT, receipts.receipt, name="receipt"),
    path(f"{_RECEIPT}/paper.pdf", receipts.receipt_pdf, name="receipt-pdf"),
    path(f"{_RECEIPT}/<str:name>", receipts.receipt_file, name="receipt-file"),
]
