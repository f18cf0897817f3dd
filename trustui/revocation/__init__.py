"""What authorities say about revocation, kept: whom to ask, what was answered, whom it concerns."""
