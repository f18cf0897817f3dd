"""The queue of record: leases, fences, attempts, schedule, quarantine (docs/operate/jobs.md)."""
