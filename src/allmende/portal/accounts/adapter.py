"""How allauth behaves here: nobody signs up alone; the office that runs the portal invites."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ByInvitation(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made with `allmende portal create-member`."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: an account belongs to a municipality, and its operator knows its people."""
        return False
