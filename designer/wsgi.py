"""The WSGI entry point: what an application server imports."""

import os

from django.core.wsgi import get_wsgi_application

from designer import memory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "designer.settings")

application = get_wsgi_application()
memory.settle()
