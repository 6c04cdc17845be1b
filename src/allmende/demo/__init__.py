"""The fictional region: registers, places and roads from one seed."""
