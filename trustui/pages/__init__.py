"""What each page says, as frozen values; HTML, JSON, CSV and SVG are made from the same ones.

Nothing here knows of requests or templates. Every function takes who looks (`Viewer`) and the
instants that are looked at (`Moment`), and says how many queries it needs.
"""
