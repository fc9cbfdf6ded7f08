"""The bidder's and the key holder's client: a program that needs no server framework (``docs/client.md``)."""
