"""What was concluded about each source, when and why."""
