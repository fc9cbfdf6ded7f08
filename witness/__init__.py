"""A witness of transparency logs that a supervisor or a bidders' association runs on a machine of its own."""
