"""Verbs that need the database, and the processes: serve, worker, beat."""
