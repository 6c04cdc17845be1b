"""Cells that count people: base cubes (confidential) and released cubes (protected)."""

from allmende.cubes.base import BaseCube
from allmende.cubes.columns import Column, numbers, texts
from allmende.cubes.folding import Cells, fold
from allmende.cubes.manifest import Manifest
from allmende.cubes.released import ReleasedCube

__all__ = ["BaseCube", "Cells", "Column", "Manifest", "ReleasedCube", "fold", "numbers", "texts"]
