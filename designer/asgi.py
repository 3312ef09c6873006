"""The ASGI entry point: what an application server imports."""

import os

from django.core.asgi import get_asgi_application

from designer import memory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "designer.settings")

application = get_asgi_application()
memory.settle()
