"""CloudFormation as rooms say it: resources, references, grants, deliveries, patches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .service import Connection, Service


def ref(logical_id: str) -> dict[str, Any]:
    return {"Ref": logical_id}


def get_att(logical_id: str, attribute: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [logical_id, attribute]}


def sub(template: str) -> dict[str, Any]:
    return {"Fn::Sub": template}


ACCOUNT = ref("AWS::AccountId")


def within(value: Any) -> str:
    """Return how a reference is written inside the text of a `sub`."""
    if isinstance(value, str):
        return value
    if "Ref" in value:
        return f"${{{value['Ref']}}}"
    if "Fn::GetAtt" in value:
        return f"${{{'.'.join(value['Fn::GetAtt'])}}}"
    return str(value["Fn::Sub"])


def arn(service: str, resource: str) -> dict[str, Any]:
    """Return the ARN of a resource of this account and region."""
    return sub(f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}")


def pascal(text: str) -> str:
    """Return words as one CloudFormation name.

    >>> pascal("orders_queue"), pascal("/orders/{id}")
    ('OrdersQueue', 'OrdersId')
    """
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in text).split()
    return "".join(word[:1].upper() + word[1:] for word in words)


@dataclass(frozen=True)
class Resource:
    """One CloudFormation resource.

    Attributes:
        suffix: Added to the node's (or edge's) logical id; empty for the main resource.
        attributes: DependsOn, DeletionPolicy and other attributes beside Properties.
        logical_id: The whole id, where it is not the owner's with a suffix.
    """

    type: str
    properties: Mapping[str, Any]
    suffix: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    logical_id: str | None = None


@dataclass(frozen=True)
class Patch:
    """A value that a connection adds to a resource of another room.

    Lists are appended to, mappings are merged.

    Attributes:
        path: From the resource: ("Properties", ...) or ("DependsOn",).
        soft: May be left out, where it would make resources wait for each other in a circle.
    """

    logical_id: str
    path: tuple[str, ...]
    value: Any
    soft: bool = False


@dataclass(frozen=True)
class Grant:
    """Actions that one end's role may do on some resources.

    Attributes:
        to: "source" or "target": whose role gets it.
    """

    to: str
    actions: tuple[str, ...]
    resources: tuple[Any, ...]


@dataclass(frozen=True)
class Access:
    """What it takes to use a resource: the actions, and the ARNs they are asked on."""

    actions: tuple[str, ...]
    resources: tuple[Any, ...]


@dataclass(frozen=True)
class Address:
    """How code names a resource in a call.

    Attributes:
        kind: URL, ARN or NAME.
    """

    kind: str
    value: Any
    description: str


@dataclass(frozen=True)
class Delivery:
    """AWS delivers on an edge by itself: what the target's own policy must let in.

    Attributes:
        principal: The service that delivers.
        source_arn: From which resource; None where naming it would make a circle.
        account: Ask that the resource belongs to this account.
    """

    principal: str
    source_arn: Any = None
    account: bool = False

    def statement(self, action: str, resource: Any) -> dict[str, Any]:
        """Return the statement of the target's policy."""
        condition: dict[str, Any] = {}
        if self.source_arn is not None:
            condition["ArnLike"] = {"aws:SourceArn": self.source_arn}
        if self.account:
            condition["StringEquals"] = {"aws:SourceAccount": ACCOUNT}
        statement: dict[str, Any] = {
            "Effect": "Allow",
            "Principal": {"Service": self.principal},
            "Action": action,
            "Resource": resource,
        }
        return {**statement, "Condition": condition} if condition else statement


@dataclass(frozen=True)
class Parameter:
    """A value that is asked for when the template is deployed."""

    name: str
    description: str
    default: str | None = None
    type: str = "String"


@dataclass(frozen=True)
class Placed:
    """A node in its template."""

    id: str
    name: str
    logical_id: str
    service: Service

    @property
    def label(self) -> str:
        """What people call it."""
        return self.name or self.id

    @property
    def ref(self) -> dict[str, Any]:
        return ref(self.logical_id)

    @property
    def arn(self) -> Any:
        return self.service.arn(self.logical_id)

    @property
    def address(self) -> Address:
        return self.service.address(self.logical_id)

    @property
    def role_id(self) -> str:
        return f"{self.logical_id}Role"

    @property
    def role_arn(self) -> dict[str, Any]:
        return get_att(self.role_id, "Arn")

    @property
    def policy_id(self) -> str:
        """The policy with what the drawing grants to the node's role."""
        return f"{self.logical_id}Policy"


@dataclass(frozen=True)
class Link:
    """An edge with both its ends.

    Attributes:
        logical_id: Stable id for the resources of the edge, from both ends' ids.
        siblings: Edges out of the same source, itself included.
        onward: Edges out of the target.

    The links in `siblings` and `onward` have none of their own.
    """

    id: str
    logical_id: str
    source: Placed
    target: Placed
    connection: Connection
    siblings: tuple[Link, ...] = ()
    onward: tuple[Link, ...] = ()

    @property
    def delivery(self) -> Delivery | None:
        return self.connection.delivery(self)


@dataclass(frozen=True)
class Site:
    """A node with its edges, as `Service.resources` sees it."""

    placed: Placed
    inbound: tuple[Link, ...] = ()
    outbound: tuple[Link, ...] = ()

    @property
    def logical_id(self) -> str:
        return self.placed.logical_id

    @property
    def deliveries(self) -> tuple[tuple[Link, Delivery], ...]:
        """What AWS itself delivers to the node."""
        found = ((link, link.delivery) for link in self.inbound)
        return tuple((link, d) for link, d in found if d is not None)


def log_group(suffix: str, days: int, name: Any = None) -> Resource:
    """Return a log group that ends with its stack."""
    properties: dict[str, Any] = {"RetentionInDays": days}
    if name is not None:
        properties = {"LogGroupName": name, **properties}
    attributes = {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}
    return Resource("AWS::Logs::LogGroup", properties, suffix, attributes)


def detail_type(link: Link) -> str | None:
    """Return the detail type by which a bus's rules know what is put on it.

    None where the rules ask for several: then only the caller knows.
    """
    asked = {str(getattr(onward.connection, "detail_type", "")) for onward in link.onward} - {""}
    if len(asked) > 1:
        return None
    return asked.pop() if asked else "Event"
