"""What the pages tell: each takes a view of an outlook and returns a page."""
