"""SQLite as Django knows it, but for how a writer waits for its turn."""
