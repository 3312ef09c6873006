"""Findings of pipes and of WebSocket APIs."""

from . import arrow, caller, case, node

QUEUE, LOGIC = node("sqs_queue"), node("lambda_function")
SEND, SOURCE = arrow("c", "q", "client_call"), arrow("q", "p", "pipes_source")
TARGET = arrow("p", "f", "pipes_target")
CHAT = [arrow("c", "w", "client_call"), arrow("w", "f", "apigatewayv2_route")]
WAIT = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1, "End": True}}}


def socket(**config):
    return node("apigatewayv2_websocket", **config)


CASES = {
    "pipes-one-source-one-target": case(
        {"c": caller(), "q": QUEUE, "p": node("pipes_pipe"), "f": LOGIC},
        [SEND, SOURCE],
        add_edges=[TARGET],
    ),
    "pipes-batch-over-limit": case(
        {
            "c": caller(20, payload_kib=100),
            "q": QUEUE,
            "p": node("pipes_pipe", batch_size=10, window_s=10),
            "m": node("sfn_state_machine", definition=WAIT),
        },
        [SEND, SOURCE, arrow("p", "m", "pipes_target")],
        mend={"p": {"batch_size": 1}},
    ),
    "pipes-execution-too-long": case(
        {
            "c": caller(0.01),
            "q": QUEUE,
            "p": node("pipes_pipe"),
            "f": {**LOGIC, "duration_ms": 400_000, "timeout_s": 900},
        },
        [SEND, SOURCE, TARGET],
        mend={"f": {"duration_ms": 4_000}},
    ),
    "apigw-websocket-new-connections": case(
        {"c": caller(10_000), "w": socket(connections=1e6, session_min=10), "f": LOGIC},
        CHAT,
        mend={"w": {"session_min": 120}},
    ),
    "apigw-websocket-idle": case(
        {"c": caller(1), "w": socket(connections=10_000), "f": LOGIC},
        CHAT,
        mend={"w": {"connections": 100}},
    ),
}
