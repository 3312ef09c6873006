"""Who asks, and what they may do where. The only place that decides about access.

The rule: what belongs to a workspace one is not a member of does not exist (404); what one may see
but not do is refused (403).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404

from designer.api.middleware import current_request_id
from designer.api.problems import ApiError

from .authentication import token_of, user_of
from .models import ApiToken, Membership, Role, User

if TYPE_CHECKING:
    from rest_framework.request import Request


@dataclass(frozen=True)
class Actor:
    """A person, perhaps through a token, with the roles they have."""

    user: User
    #: Workspace id -> role, in the order the person joined; a token knows one workspace only.
    roles: dict[str, Role]
    token: ApiToken | None = None
    route: str = ""

    @classmethod
    def of(cls, request: Request) -> Actor:
        """Return who makes a request."""
        user, token = user_of(request), token_of(request)
        memberships = Membership.objects.filter(user=user)
        if token is not None:
            memberships = memberships.filter(workspace_id=token.workspace_id)
        rows = memberships.order_by("created_at", "pk").values_list("workspace_id", "role")
        match = getattr(request, "resolver_match", None)
        return cls(
            user=user,
            roles={workspace_id: Role(role) for workspace_id, role in rows},
            token=token,
            route=f"{request.method} /{match.route if match else ''}",
        )

    @property
    def request_id(self) -> str:
        return current_request_id()

    def may(self, workspace_id: str, needed: Role) -> bool:
        """Return whether the role in a workspace is enough."""
        role = self.roles.get(workspace_id)
        return role is not None and role.covers(needed)

    def require(self, workspace_id: str, needed: Role) -> None:
        """Check the role in a workspace.

        Raises:
            Http404: Not a member: for them it does not exist.
            ApiError: 403, a member of a lesser role.
        """
        role = self.roles.get(workspace_id)
        if role is None:
            raise Http404
        if not role.covers(needed):
            raise ApiError(
                403,
                "role-too-low",
                f"This needs the role {needed.value} in the workspace; yours is {role.value}.",
            )

    def workspace(self, asked: str | None, needed: Role) -> str:
        """Return the workspace to work in: the one asked for, else the first with enough rights.

        Raises:
            Http404: The one asked for is not theirs, or they have none.
            ApiError: 403 with a lesser role.
        """
        if asked:
            self.require(asked, needed)
            return asked
        for workspace_id in self.roles:
            if self.may(workspace_id, needed):
                return workspace_id
        self.require(next(iter(self.roles), ""), needed)
        raise Http404
