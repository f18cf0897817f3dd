"""The same values as the pages, as JSON for programs: docs/api.md."""
