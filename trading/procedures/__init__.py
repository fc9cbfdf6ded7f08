"""The law as data: one rule-sheet for each kind and edition. Pure Python; no framework, no clock."""
