"""WebSocket APIs: messages both ways, connection minutes, limits, and what a template needs."""

import pytest

from designer.interchange import cloudformation
from tests.designer.interchange import drawings
from tests.estimator.engine.designs import CALL, EXACT, client, finding, line, report

ROUTE, MESSAGE = {"type": "apigatewayv2_route"}, {"type": "apigatewayv2_message"}
MONTH = {"assumptions": {"month_hours": 720}}
MONTH_S = 720 * 3600


def chat(per_s, api, receivers, **more):
    return report(
        {
            "c": client(per_s, **more),
            "w": {"type": "apigatewayv2_websocket", **api},
            "f": {"type": "lambda_function", **EXACT},
        },
        [("c", "w", CALL), ("w", "f", ROUTE), ("f", "w", {**MESSAGE, "receivers": receivers})],
        **MONTH,
    )


def test_a_chat_of_1_000_users_costs_23_dollars_40():
    """AWS API Gateway pricing: 1,000 users, 12 h a day, 100 sent and 500 received: 18.00 + 5.40."""
    found = chat(100 * 1_000 * 30 / MONTH_S, {"connections": 500}, 5, payload_kib=3)
    messages = line(found, "apigw.websocket.messages")
    assert float(messages["quantity"]) == pytest.approx(18_000_000)
    assert float(messages["amount"]) == pytest.approx(18.00)
    minutes = line(found, "apigw.websocket.connection_minutes")
    assert float(minutes["quantity"]) == 21_600_000
    assert float(minutes["amount"]) == pytest.approx(5.40)


def test_a_message_over_32_kib_is_two():
    found = chat(1, {"connections": 0, "reply_ratio": 1}, 1, payload_kib=33)
    assert float(line(found, "apigw.websocket.messages")["quantity"]) == pytest.approx(5 * MONTH_S)


def test_what_goes_to_clients_calls_no_route():
    found = chat(10, {}, 100)
    assert found["nodes"]["f"]["events_in_per_s"] == 10
    assert found["nodes"]["w"]["events_in_per_s"] == 1_010


def test_messages_both_ways_share_the_account_throttle():
    found = chat(150, {}, 100)
    assert finding(found, "apigw-throttled")


def test_connections_are_opened_slowly_and_closed_when_silent():
    found = chat(10, {"connections": 200_000, "session_min": 5}, 1)
    assert finding(found, "apigw-websocket-new-connections")
    assert finding(found, "apigw-websocket-idle")
    assert not finding(chat(10, {"connections": 100}, 1), "apigw-websocket-idle")


def test_a_message_over_128_kib_is_refused():
    assert finding(chat(1, {}, 1, payload_kib=129), "apigw-payload-over-limit")


def test_the_template_lets_the_function_send_to_clients():
    drawn = drawings.one(
        {"chat": "apigatewayv2_websocket", "talk": "lambda_function"},
        ("chat", "talk", {**ROUTE, "path": "say"}),
        ("talk", "chat", MESSAGE),
    )
    made = cloudformation.export(drawn).body["Resources"]
    assert made["Chat"]["Properties"]["ProtocolType"] == "WEBSOCKET"
    (route,) = [r for r in made.values() if r["Type"] == "AWS::ApiGatewayV2::Route"]
    assert route["Properties"]["RouteKey"] == "say"
    statements = made["TalkPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert ["execute-api:ManageConnections"] in [s["Action"] for s in statements]
    assert "CHAT_URL" in str(made["Talk"]["Properties"]["Environment"])


def test_the_check_of_a_connection_is_asked_once_for_its_messages():
    logic = {"type": "lambda_function", **EXACT}
    ask = {"type": "apigatewayv2_connect_authorizer"}
    found = report(
        {"c": client(30.0), "chat": {"type": "apigatewayv2_websocket"}, "f": logic, "g": logic},
        [
            ("c", "chat", CALL),
            ("chat", "f", {"type": "apigatewayv2_route", "throttle_per_s": 20.0}),
            ("chat", "g", {**ask, "messages_per_connection": 60}),
        ],
    )
    assert found["nodes"]["g"]["requests_per_s"] == pytest.approx(0.5)
    assert found["nodes"]["f"]["requests_per_s"] == pytest.approx(20.0)
    assert found["nodes"]["f"]["throttled_per_s"] == pytest.approx(10.0)
