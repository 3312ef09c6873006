"""Findings of workflows."""

from . import arrow, caller, case, node

START = arrow("c", "w", "client_call")
WAIT = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 400, "End": True}}}
TWO = {
    "StartAt": "A",
    "States": {
        "A": {"Type": "Wait", "Seconds": 1, "Next": "B"},
        "B": {"Type": "Wait", "Seconds": 1, "End": True},
    },
}
YEAR = {"duration_s": 3e7}
WORK = {
    "StartAt": "Work",
    "States": {"Work": {"Type": "Task", "Resource": "${f}", "End": True}},
}


def machine(**config):
    return node("sfn_state_machine", **config)


CASES = {
    "sfn-express-over-five-minutes": case(
        {"c": caller(), "w": machine(kind="EXPRESS", definition=WAIT)},
        [START],
        mend={"w": {"kind": "STANDARD"}},
    ),
    "sfn-standard-over-a-year": case(
        {"c": caller(0.001), "w": machine(definition=TWO, steps={"A": YEAR, "B": YEAR})},
        [START],
        mend={"w": {"steps": {"A": YEAR}}},
    ),
    "sfn-start-throttled": case(
        {"c": caller(1_000), "w": machine(definition=WAIT)},
        [START],
        mend={"c": {"rate_per_s": 1}},
    ),
    "sfn-payload-over-limit": case(
        {"c": caller(payload_kib=300), "w": machine(definition=WAIT)},
        [START],
        mend={"c": {"payload_kib": 3}},
    ),
    "sfn-task-without-arrow": case(
        {"c": caller(), "w": machine(definition=WORK), "f": node("lambda_function")},
        [START],
        add_edges=[arrow("w", "f", "sfn_task", state="Work")],
    ),
    "sfn-unknown-step": case(
        {"c": caller(), "w": machine(definition=WAIT, steps={"Wiat": {"duration_s": 1.0}})},
        [START],
        mend={"w": {"steps": {"Wait": {"duration_s": 1.0}}}},
    ),
}
