"""What is typed: parsed and cleaned, nothing decided. Every rule of substance is the rule-sheet's."""
