"""PostgreSQL as Django knows it, but for how an instant is read."""
