"""The verbs of the command line; text and JSON out, no database."""
