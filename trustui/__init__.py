"""See, explain and change the trust state of software repositories."""

__version__ = "0.1.0"
