"""Assembles a template: what every room says of itself, the roles between them, no circles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from designer.catalog.base import Grant, Link, Patch, Placed, Resource, Site
from designer.document import Design, design_hash
from designer.errors import ExportError, Problem, pointer
from designer.interchange.placing import Names, Owner, sites

from . import circles
from .graph import circle
from .template import Template

VERSION = "2010-09-09"
POLICY_VERSION = "2012-10-17"
# Quotas of CloudFormation.
MAX_RESOURCES = 500
MAX_DESCRIPTION_BYTES = 1_024
MAX_DIRECT_BYTES = 51_200

Named = dict[str, tuple[Owner, dict[str, Any]]]


def export(design: Design) -> Template:
    """Return the design as a CloudFormation template.

    The same model always gives the same template: names of nodes are labels in it, and neither
    names nor layout change a logical id.

    Raises:
        ExportError: The design holds what no template can build, with every place.
    """
    placed, named = _named(design)
    _refuse(_obstacles(design, placed))
    resources = {logical_id: body for logical_id, (_, body) in named.items()}
    _refuse(_too_many(resources))
    soft = _patch_hard(resources, placed)
    _refuse(_circle_problems(design, resources, named))
    notes = list(_remarks(placed))
    notes += circles.apply_soft(resources, soft)
    body: dict[str, Any] = {
        "AWSTemplateFormatVersion": VERSION,
        "Description": _description(design),
        "Metadata": {"Weir": {"Design": design.name, "ModelHash": design_hash(design)}},
    }
    parameters = _parameters(placed)
    if parameters:
        body["Parameters"] = parameters
    body["Resources"] = {key: _ordered(one) for key, one in resources.items()}
    outputs = _outputs(placed)
    if outputs:
        body["Outputs"] = outputs
    template = Template(_plain(body), tuple(dict.fromkeys(notes)))
    size = len(template.to_json().encode())
    if size <= MAX_DIRECT_BYTES:
        return template
    how = (
        f"The template has {size:,} bytes; CloudFormation takes {MAX_DIRECT_BYTES:,} directly: "
        "deploy it from an S3 bucket (aws cloudformation deploy --s3-bucket)."
    )
    return Template(template.body, (*template.notes, how))


# ---- Names and resources -----------------------------------------------------------------------


def _named(design: Design) -> tuple[list[Site], Named]:
    """Return the sites and their resources under ids that no two owners share."""
    set_apart: Counter[Owner] = Counter()
    for _ in range(1 + 2 * (len(design.model.nodes) + len(design.model.edges))):
        names = Names(set_apart)
        placed = sites(design, names)
        named: Named = {}
        collision: tuple[str, list[Owner]] | None = None
        for owner, logical_id, body in _all_resources(placed):
            if logical_id in named and named[logical_id][1] != body:
                collision = collision or (logical_id, [named[logical_id][0], owner])
            named.setdefault(logical_id, (owner, body))
        for site in placed:
            for parameter in site.placed.service.parameters(site):
                if parameter.name in named:  # Resources and parameters share their names.
                    asks = ("node", site.placed.id)
                    collision = collision or (parameter.name, [named[parameter.name][0], asks])
        if collision is None:
            return placed, named
        logical_id, owners = collision
        if owners[0] == owners[1]:
            break
        # A node that is called like another's part gives way; else the later id does.
        mains = [o for o in owners if o[0] == "node" and names.node(o[1]) == logical_id]
        set_apart[max(mains or owners)] += 1
    raise RuntimeError(f"two resources are called {logical_id}, by {owners}")


def _all_resources(placed: Sequence[Site]) -> Iterator[tuple[Owner, str, dict[str, Any]]]:
    grants = _granted(placed)
    for site in placed:
        owner = ("node", site.placed.id)
        for one in site.placed.service.resources(site):
            yield owner, one.logical_id or site.logical_id + one.suffix, _body(one)
        yield from _role(site, grants.get(site.placed.id, []), owner)
        for link in site.outbound:
            for one in link.connection.resources(link):
                made_id = one.logical_id or link.logical_id + one.suffix
                yield ("edge", link.id), made_id, _body(one)


def _body(resource: Resource) -> dict[str, Any]:
    attributes = {
        key: list(value) if key == "DependsOn" else value
        for key, value in resource.attributes.items()
    }
    return {"Type": resource.type, **attributes, "Properties": dict(resource.properties)}


def _ordered(body: dict[str, Any]) -> dict[str, Any]:
    first = ("Type", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy")
    return {key: body[key] for key in (*first, "Properties") if body.get(key)}


# ---- Roles -------------------------------------------------------------------------------------


def _granted(placed: Sequence[Site]) -> dict[str, list[Grant]]:
    """Return what the drawing grants to each node's role, by node id."""
    found: dict[str, list[Grant]] = {}
    for site in placed:
        for link in site.outbound:
            for grant in link.connection.grants(link):
                end = link.source if grant.to == "source" else link.target
                found.setdefault(end.id, []).append(grant)
    return found


def _role(
    site: Site, drawn: Sequence[Grant], owner: Owner
) -> Iterator[tuple[Owner, str, dict[str, Any]]]:
    """Yield the node's role and, apart from it, the policy with what the drawing grants.

    Apart, because a policy may name what waits for the role: a function that calls itself.
    """
    placed, own = site.placed, list(site.placed.service.grants(site))
    if placed.service.principal is None or not (own or drawn):
        return
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": placed.service.principal},
        "Action": "sts:AssumeRole",
    }
    role: dict[str, Any] = {
        "AssumeRolePolicyDocument": {"Version": POLICY_VERSION, "Statement": [trust]}
    }
    if own:
        role["Policies"] = [{"PolicyName": "Own", "PolicyDocument": _policy(own)}]
    yield owner, placed.role_id, {"Type": "AWS::IAM::Role", "Properties": role}
    if drawn:
        properties = {
            "PolicyName": placed.policy_id,
            "PolicyDocument": _policy(drawn),
            "Roles": [{"Ref": placed.role_id}],
        }
        yield owner, placed.policy_id, {"Type": "AWS::IAM::Policy", "Properties": properties}


def _policy(grants: Iterable[Grant]) -> dict[str, Any]:
    """Return the grants as statements, those on the same resources as one."""
    merged: list[tuple[tuple[Any, ...], dict[str, None]]] = []
    for grant in grants:
        known = next((actions for on, actions in merged if on == grant.resources), None)
        if known is None:
            merged.append((grant.resources, known := {}))
        known.update(dict.fromkeys(grant.actions))
    statements = [
        {
            "Effect": "Allow",
            "Action": list(actions),
            "Resource": on[0] if len(on) == 1 else list(on),
        }
        for on, actions in merged
    ]
    return {"Version": POLICY_VERSION, "Statement": statements}


# ---- Patches and circles -----------------------------------------------------------------------


def _patch_hard(
    resources: dict[str, dict[str, Any]], placed: Sequence[Site]
) -> list[tuple[Link, Patch]]:
    """Apply what edges add to nodes; return what may be left out."""
    soft: list[tuple[Link, Patch]] = []
    for site in placed:
        for link in site.outbound:
            for patch in link.connection.patches(link):
                if patch.soft:
                    soft.append((link, patch))
                else:
                    circles.apply(resources[patch.logical_id], patch)
    return soft


def _circle_problems(
    design: Design, resources: Mapping[str, Any], named: Named
) -> Iterator[Problem]:
    found = circle(resources)
    if not found:
        return
    owners = {named[logical_id][0][1] for logical_id in found}
    ends = [n.name or n.id for n in design.model.nodes if n.id in owners]
    message = (
        f"The resources of {' and '.join(ends)} refer to each other in a circle "
        f"({' → '.join([*found, found[0]])}), which one template cannot build: draw one of the "
        "arrows by way of a queue or a topic."
    )
    for i, edge in enumerate(design.model.edges):
        if edge.source in owners and edge.target in owners:
            yield Problem(pointer("model", "edges", i), "circle", message)


# ---- Refusals, remarks, parameters, outputs ----------------------------------------------------


def _refuse(problems: Iterable[Problem]) -> None:
    found = list(problems)
    if found:
        raise ExportError(found)


def _obstacles(design: Design, placed: Sequence[Site]) -> Iterator[Problem]:
    nodes = {node.id: i for i, node in enumerate(design.model.nodes)}
    edges = {edge.id: i for i, edge in enumerate(design.model.edges)}
    for site in placed:
        for path, message in site.placed.service.obstacles(site):
            place = pointer("model", "nodes", nodes[site.placed.id], "service", *path)
            yield Problem(place, "not-buildable", message)
        for link in site.outbound:
            for path, message in link.connection.obstacles(link):
                place = pointer("model", "edges", edges[link.id], "connection", *path)
                yield Problem(place, "not-buildable", message)
    if not any(site.placed.service.cloudformation for site in placed):
        message = "Nothing is drawn that CloudFormation could build: add a service."
        yield Problem(pointer("model", "nodes"), "nothing-to-export", message)


def _too_many(resources: Mapping[str, Any]) -> Iterator[Problem]:
    if not resources:
        message = "What is drawn is there already in every account: add a service of your own."
        yield Problem(pointer("model", "nodes"), "nothing-to-export", message)
    if len(resources) > MAX_RESOURCES:
        message = (
            f"The template would have {len(resources):,} resources; CloudFormation takes "
            f"{MAX_RESOURCES}: split the design."
        )
        yield Problem(pointer("model", "nodes"), "too-many-resources", message)


def _remarks(placed: Sequence[Site]) -> Iterator[str]:
    for site in placed:
        if site.placed.service.cloudformation is None:
            calls = "; what it calls is among the outputs" if site.outbound else ""
            yield f"{site.placed.label} is outside AWS and not in the template{calls}."
        yield from site.placed.service.remarks(site)
        for link in site.outbound:
            yield from link.connection.remarks(link)


def _parameters(placed: Sequence[Site]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for site in placed:
        for one in site.placed.service.parameters(site):
            found[one.name] = {"Type": one.type, "Description": one.description}
            if one.default is not None:
                found[one.name]["Default"] = one.default
            elif one.type == "String":
                found[one.name]["MinLength"] = 1
    return found


def _outputs(placed: Sequence[Site]) -> dict[str, Any]:
    """Return the addresses of what is called from outside."""
    called: dict[str, Placed] = {}
    for site in placed:
        if site.placed.service.cloudformation is None:
            called |= {link.target.id: link.target for link in site.outbound}
    found: dict[str, Any] = {}
    for site in placed:
        if site.placed.id in called:
            for address in site.placed.service.entrances(site.logical_id):
                key = site.logical_id + address.kind.title()
                described = f"{address.description}: {site.placed.label}"
                found[key] = {"Description": described, "Value": address.value}
    return found


def _description(design: Design) -> str:
    text = f"{design.name}: {design.description}" if design.description else design.name
    return text.encode()[:MAX_DESCRIPTION_BYTES].decode(errors="ignore")


def _plain(value: Any) -> Any:
    """Return the value with whole numbers as integers, as AWS's own schemas ask."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
