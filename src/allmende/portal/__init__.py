"""The Django project: the only room that imports Django."""
