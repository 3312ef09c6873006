"""Findings that only the whole design shows."""

from . import arrow, caller, case, node

QUEUE, LOGIC = node("sqs_queue"), node("lambda_function")
CALL = arrow("c", "f", "client_call")
KEPT = [arrow("c", "q", "client_call"), arrow("q", "f", "lambda_sqs_mapping", pollers_min=2)]

CASES = {
    "design-node-unconnected": case(
        {"c": caller(), "f": LOGIC, "q": QUEUE},
        [CALL],
        add_edges=[arrow("f", "q", "lambda_call")],
    ),
    "design-without-producer": case(
        {"f": LOGIC, "q": QUEUE},
        [arrow("f", "q", "lambda_call")],
        mend={"c": caller()},
        add_edges=[CALL],
    ),
    "price-missing": case(
        {"c": caller(), "q": QUEUE, "f": LOGIC},
        KEPT,
        mend_model={"region": "us-east-1"},
        region="sa-east-1",
    ),
}
