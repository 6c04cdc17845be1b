"""Persons and moves in, checked, base cubes out: the only room that ever sees a person."""
