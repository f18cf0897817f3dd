"""What happened, in one order, sealed as a transparency log (docs/events.md)."""
