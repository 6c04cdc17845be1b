"""The portal itself as a Django app: templates, template tags, static files and commands of the whole house."""

from django.apps import AppConfig


class Portal(AppConfig):
    """What all rooms of the portal share."""

    name = "allmende.portal"
    label = "portal"
