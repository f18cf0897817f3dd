"""Judges that several formats share: expiry, digests, counting signatures."""
