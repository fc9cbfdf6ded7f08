"""How bids are compared: methods, ties, score sheets and committees, as pure functions of their inputs."""
