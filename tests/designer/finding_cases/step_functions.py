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


MANY = {"Each": {"items": 10_000}}
SHORT = {"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}}}
HTTP = {
    "StartAt": "Call",
    "States": {"Call": {"Type": "Task", "Resource": "arn:aws:states:::http:invoke", "End": True}},
}


def token(**limits):
    resource = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
    state = {"Type": "Task", "Resource": resource, "End": True, **limits}
    return {"StartAt": "Ask", "States": {"Ask": state}}


def caught(ahead):
    catch = [{"ErrorEquals": ["States.ALL"], "Next": ahead}]
    work = {"Type": "Task", "Resource": "${f}", "Catch": catch, "Next": "Over"}
    states = {"Work": work, "Over": {"Type": "Succeed"}}
    if ahead == "Again":
        states["Again"] = {"Type": "Wait", "Seconds": 1, "Next": "Work"}
    return {"StartAt": "Work", "States": states}


def mapped(mode):
    inner = {**SHORT, "ProcessorConfig": {"Mode": mode, "ExecutionType": "STANDARD"}}
    each = {"Type": "Map", "ItemProcessor": inner, "End": True}
    return {"StartAt": "Each", "States": {"Each": each}}


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
    "sfn-express-cannot-wait": case(
        {"c": caller(), "w": machine(kind="EXPRESS", definition=token(TimeoutSeconds=60))},
        [START],
        mend={"w": {"kind": "STANDARD"}},
    ),
    "sfn-token-without-timeout": case(
        {"c": caller(), "w": machine(definition=token())},
        [START],
        mend={"w": {"definition": token(TimeoutSeconds=60)}},
    ),
    "sfn-unbounded-retry-loop": case(
        {"c": caller(), "w": machine(definition=caught("Again"))},
        [START],
        mend={"w": {"definition": caught("Over")}},
    ),
    "sfn-history-over-limit": case(
        {"c": caller(0.001), "w": machine(definition=mapped("INLINE"), steps=MANY)},
        [START],
        mend={"w": {"definition": mapped("DISTRIBUTED")}},
    ),
    "sfn-inline-map-in-waves": case(
        {"c": caller(0.001), "w": machine(definition=mapped("INLINE"), steps=MANY)},
        [START],
        mend={"w": {"steps": {"Each": {"items": 40}}}},
    ),
    "sfn-http-task-over-limit": case(
        {"c": caller(100), "w": machine(definition=HTTP, steps={"Call": {"duration_s": 90.0}})},
        [START],
        mend={"w": {"steps": {"Call": {"duration_s": 2.0}}}},
    ),
    "sfn-express-would-be-cheaper": case(
        {"c": caller(20), "w": machine(definition=SHORT)},
        [START],
        mend={"w": {"kind": "EXPRESS"}},
    ),
}
