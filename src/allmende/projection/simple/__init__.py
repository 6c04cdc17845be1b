"""Simple models beside the projection: what a forecast has to beat, and what it is averaged with."""
