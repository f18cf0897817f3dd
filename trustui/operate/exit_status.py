"""What the verbs of the server give back to the shell (docs/operate/commands.md)."""

DONE = 0
FAILED = 1
"""It was understood and could not be done, or something that was asked about is not well."""
UNUSABLE = 2
"""Arguments or settings that cannot be used."""
INTERRUPTED = 130
"""By SIGINT, as shells count it."""
