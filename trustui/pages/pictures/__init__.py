"""Pictures as values: where everything stands, in whole units. Templates draw them as SVG."""
