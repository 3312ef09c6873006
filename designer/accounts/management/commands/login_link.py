"""Print a link that signs somebody in, once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from designer.accounts import actions
from designer.accounts.models import User


class Command(BaseCommand):
    help = (
        "Print a one-time sign-in link. Without --email it is for the owner of this installation, "
        "who is created, with a workspace, when missing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", default="", help="Whom to sign in; must exist.")
        parser.add_argument(
            "--base-url",
            default=settings.PUBLIC_URL or "http://localhost:8000",
            help="Where browsers reach the server.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        if email and email != settings.OWNER_EMAIL:
            user = User.objects.filter(email=email).first()
            if user is None:
                raise CommandError(f"There is nobody with the address {email}.")
        else:
            user = actions.ensure_owner()
        secret = actions.make_login_link(user=user, life=actions.LOCAL_LINK_LIFE)
        self.stdout.write(options["base_url"].rstrip("/") + reverse("login-link", args=[secret]))
