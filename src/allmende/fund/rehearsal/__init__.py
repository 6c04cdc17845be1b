"""A fund rehearsed: many years, members who apply, are content or not, and leave; the same step drives a game."""

from allmende.fund.rehearsal.draws import Draws, draw
from allmende.fund.rehearsal.play import Runs, State, opening_state, play, step
from allmende.fund.rehearsal.setting import Member, Rules, Setting, Shock, Strategy, World

__all__ = [
    "Draws",
    "Member",
    "Rules",
    "Runs",
    "Setting",
    "Shock",
    "State",
    "Strategy",
    "World",
    "draw",
    "opening_state",
    "play",
    "step",
]
