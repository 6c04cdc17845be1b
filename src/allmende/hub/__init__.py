"""The shared unit's folder: who belongs, what came, what is missing, what does not match."""

from allmende.hub.borders import Border, Mismatches, find_mismatches, write_mismatches
from allmende.hub.folder import Hub, init_hub, open_hub, register_office
from allmende.hub.receiving import Receipt, receive
from allmende.hub.settings import Office, Settings
from allmende.hub.status import Status, status
from allmende.hub.store import Store

__all__ = [
    "Border",
    "Hub",
    "Mismatches",
    "Office",
    "Receipt",
    "Settings",
    "Status",
    "Store",
    "find_mismatches",
    "init_hub",
    "open_hub",
    "receive",
    "register_office",
    "status",
    "write_mismatches",
]
