"""The portal as a WSGI application, for gunicorn and others."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "allmende.portal.settings")

application = get_wsgi_application()
