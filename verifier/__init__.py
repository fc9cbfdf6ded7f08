"""The verifier: checks a bundle or a receipt offline, with nothing of the platform but what is written down here.

It follows the specification of the protocol (``docs/verifier.md`` names every step) and shares no code with the
platform: of other people's work it needs ``cryptography`` alone, and ``openssl`` where time stamps are to be checked.
"""
