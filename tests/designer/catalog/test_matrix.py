"""Which service reaches which, against AWS's own list: the connector profiles of AWS SAM.

SAM names a pair by CloudFormation types, and so do we here. Every difference between two types
that both know is listed with its reason; a difference without one fails, and so does a reason
whose difference is gone. SAM's list is older and shorter than AWS is: it decides nothing, but
whoever disagrees with it has to say why.
"""

import json
from importlib import resources

import pytest

from designer import catalog
from designer.catalog import SERVICES

BUS, RULE = "AWS::Events::EventBus", "AWS::Events::Rule"
API_1, API_2 = "AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"
FUNCTION, QUEUE, TOPIC = "AWS::Lambda::Function", "AWS::SQS::Queue", "AWS::SNS::Topic"
TABLE, BUCKET = "AWS::DynamoDB::Table", "AWS::S3::Bucket"
WORKFLOW = "AWS::StepFunctions::StateMachine"

#: Types that SAM connects and that no room is for.
NO_ROOM = {
    "AWS::AppSync::DataSource": "No room yet: GraphQL is answered, not event-driven.",
    "AWS::AppSync::GraphQLApi": "No room yet: GraphQL is answered, not event-driven.",
    "AWS::Location::PlaceIndex": "A lookup of places; it passes no events on.",
}
#: Pairs that SAM connects and the catalog does not.
ONLY_SAM: dict[tuple[str, str], str] = {}
INTEGRATION = (
    "An API calls it by an integration (AWS, or a subtype); SAM's connectors know Lambda only."
)
SCHEDULE = (
    "Our room is the scheduled rule, which has targets without a bus; SAM's rule is on a bus."
)
NOTIFICATION = (
    "A bucket notification (or EventBridge turned on); SAM's connectors know Lambda only."
)
#: Pairs that the catalog connects and SAM does not.
ONLY_OURS = {
    (API_1, TABLE): INTEGRATION,
    (API_1, BUS): INTEGRATION,
    (API_1, TOPIC): INTEGRATION,
    (API_1, QUEUE): INTEGRATION,
    (API_1, WORKFLOW): INTEGRATION,
    (API_2, BUS): INTEGRATION,
    (API_2, QUEUE): INTEGRATION,
    (API_2, WORKFLOW): INTEGRATION,
    (RULE, FUNCTION): SCHEDULE,
    (RULE, TOPIC): SCHEDULE,
    (RULE, QUEUE): SCHEDULE,
    (RULE, WORKFLOW): SCHEDULE,
    (BUCKET, BUS): NOTIFICATION,
    (BUCKET, TOPIC): NOTIFICATION,
    (BUCKET, QUEUE): NOTIFICATION,
    (FUNCTION, API_2): "A function sends to the clients of a WebSocket API; SAM has no such pair.",
    (QUEUE, QUEUE): "A redrive policy moves messages to a dead-letter queue; SAM has no such pair.",
}


def sam_pairs() -> set[tuple[str, str]]:
    """Return SAM's pairs; what it says of a rule on a bus, we say of the bus."""
    text = resources.files("samtranslator.model.connector_profiles") / "profiles.json"
    permissions = json.loads(text.read_text())["Permissions"]
    return {
        (BUS if source == RULE else source, target)
        for source, targets in permissions.items()
        for target in targets
    }


def our_pairs() -> set[tuple[str, str]]:
    return {
        (a.cloudformation, b.cloudformation)
        for source, a in SERVICES.items()
        for target, b in SERVICES.items()
        if a.cloudformation and b.cloudformation and catalog.connections_between(source, target)
    }


SAM, OURS = sam_pairs(), our_pairs()
KNOWN_TO_SAM = {kind for pair in SAM for kind in pair} | {RULE}
OUR_TYPES = {s.cloudformation for s in SERVICES.values() if s.cloudformation}
SHARED = KNOWN_TO_SAM & OUR_TYPES


def shared(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    return {pair for pair in pairs if set(pair) <= SHARED}


def test_the_comparison_is_not_empty() -> None:
    assert len(SHARED) >= 10
    assert len(shared(SAM) & shared(OURS)) >= 20


def test_every_type_of_sam_has_a_room_or_a_reason() -> None:
    assert set(NO_ROOM) == KNOWN_TO_SAM - OUR_TYPES


@pytest.mark.parametrize(
    ("found", "explained"),
    [(shared(SAM) - OURS, ONLY_SAM), (shared(OURS) - SAM, ONLY_OURS)],
    ids=["only SAM", "only ours"],
)
def test_every_difference_has_a_reason_and_every_reason_a_difference(
    found: set[tuple[str, str]], explained: dict[tuple[str, str], str]
) -> None:
    unexplained, stale = found - set(explained), set(explained) - found
    assert not unexplained, f"say why in this file: {sorted(unexplained)}"
    assert not stale, f"no difference any more, take it out: {sorted(stale)}"
    assert all(reason.endswith(".") for reason in explained.values())


def test_where_sam_connects_and_we_refuse_the_person_is_told_why() -> None:
    by_type = {s.cloudformation: name for name, s in SERVICES.items()}
    for source, target in ONLY_SAM:
        refused = catalog.refusal(by_type[source], by_type[target])
        assert refused.reason.endswith(".")
        assert "has no way to send" not in refused.reason
