"""One folder for each signature format; formats do not know one another."""
