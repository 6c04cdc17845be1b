"""The sealed file between an office and the hub: signed by the one, encrypted to the other."""

from allmende.deliveries.keys import (
    HubIdentity,
    SigningKey,
    VerifyKey,
    new_hub_identity,
    new_office_key,
    parse_recipient,
    parse_verify_key,
    read_identity,
    read_signing_key,
    write_identity,
    write_signing_key,
)
from allmende.deliveries.note import Content, DeliveryNote, TableContent, series_of
from allmende.deliveries.opening import Delivery, open_delivery
from allmende.deliveries.sealing import seal, seal_protected

__all__ = [
    "Content",
    "Delivery",
    "DeliveryNote",
    "HubIdentity",
    "SigningKey",
    "TableContent",
    "VerifyKey",
    "new_hub_identity",
    "new_office_key",
    "open_delivery",
    "parse_recipient",
    "parse_verify_key",
    "read_identity",
    "read_signing_key",
    "seal",
    "seal_protected",
    "series_of",
    "write_identity",
    "write_signing_key",
]
