"""One folder for each kind of place; sources do not know one another."""
