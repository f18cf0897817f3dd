"""Values of core as lines of text: trees, timelines, keys, walks and differences."""
