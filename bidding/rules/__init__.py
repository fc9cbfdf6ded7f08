"""The sealed-bid protocol TSB/1 and the rules of offers: bytes and values in, bytes and values out.

Nothing here knows a framework, a clock or a database; randomness, keys and streams are arguments.
The protocol is described in ``docs/sealing.md``; comments cite its sections.
"""
