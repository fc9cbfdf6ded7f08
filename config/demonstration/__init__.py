"""The living demonstration: made-up people and projects whose past was lived through the platform's own verbs."""
