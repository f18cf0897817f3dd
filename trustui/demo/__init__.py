"""A TUF publisher in memory and the demo world that it makes; keys here are thrown away."""
