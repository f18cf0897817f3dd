"""What the door is made of: one request on libcurl, its headers, body, pace and answer."""
