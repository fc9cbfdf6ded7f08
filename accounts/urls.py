from __future__ import annotations

from django.urls import path

from accounts.web import account, admission, keys, organisation, passkeys, registration, sessions, signatures

app_name = "accounts"

urlpatterns = [
    path("account/", account.account, name="account"),
    path("account/password", account.password, name="password"),
    path("account/sign-in", sessions.sign_in, name="sign-in"),
    path("account/sign-out", sessions.sign_out, name="sign-out"),
    path("account/step-up", sessions.step_up, name="step-up"),
    path("account/sign-in/code", sessions.sign_in_with_code, name="sign-in-with-code"),
    path("account/signatures/", signatures.signatures, name="signatures"),
    path("account/signatures/<str:digest>/<str:what>", signatures.signature, name="signature"),
    path("account/passkeys/", passkeys.passkeys, name="passkeys"),
    path("account/passkeys/new", passkeys.new_passkey, name="new-passkey"),
    path("account/passkeys/register", passkeys.register_passkey, name="register-passkey"),
    path("account/passkeys/codes", passkeys.codes, name="recovery-codes"),
    path("account/passkeys/own/<str:number>", passkeys.passkey, name="passkey"),
    path("account/passkeys/sign-in/ask", passkeys.ask_who, name="ask-who"),
    path("account/passkeys/sign-in", passkeys.sign_in, name="passkey-sign-in"),
    path("account/passkeys/prove/ask", passkeys.ask_again, name="ask-again"),
    path("account/passkeys/prove", passkeys.prove, name="prove"),
    path("account/passkeys/sign/ask", passkeys.ask_to_sign, name="ask-to-sign"),
    path("account/passkeys/passphrases/<str:file>", passkeys.passphrases, name="passphrases"),
    path("account/role", sessions.role, name="role"),
    path("account/register", registration.register, name="register"),
    path("account/register/done", registration.registered, name="registered"),
    path("account/recovery", registration.recovery, name="recovery"),
    path("account/recovery/<str:token>", registration.recovery_link, name="recovery-link"),
    path("account/organisation", organisation.organisation, name="organisation"),
    path("account/organisation/contact", organisation.contact, name="contact"),
    path("account/organisation/members/add", organisation.add_member, name="add-member"),
    path("account/organisation/members/invite", organisation.invite, name="invite"),
    path("account/organisation/members/<str:person>/<str:role>", organisation.member, name="member"),
    path("account/organisation/recovery", organisation.confirm_recovery, name="confirm-recovery"),
    path("account/keys/bidder", keys.bidder_key, name="bidder-key"),
    path("account/keys/bidder/enrol", keys.enrol_bidder_key, name="enrol-bidder-key"),
    path("account/keys/wrapped", keys.wrapped_key, name="wrapped-key"),
    path("account/admission", admission.admissions, name="admissions"),
    path("account/admission/<str:number>", admission.admission, name="admission"),
    path("account/admission/<str:number>/<str:decision>", admission.decide, name="decide"),
    path("account/people/<str:number>", admission.person, name="person"),
    path("inbox", account.inbox, name="inbox"),
    path("inbox/read", account.read_all, name="read-all"),
    path("inbox/<str:number>", account.message, name="message"),
    path("inbox/<str:number>/read", account.read, name="read"),
]
