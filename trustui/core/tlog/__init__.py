"""Transparency logs: what an entry says, its promise, its proof and its checkpoint."""
