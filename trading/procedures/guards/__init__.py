"""Guards by phase: each a one-sentence rule of the law that answers None or why not."""
