"""The pages of people: thin. Parse, allow, act, answer."""
