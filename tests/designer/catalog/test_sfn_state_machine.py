"""What the room of a workflow claims about errors, maps and nested executions."""

import pytest

from designer.catalog.sfn_state_machine import SfnStateMachine
from designer.catalog.sfn_state_machine.attempts import of_state
from tests.estimator.engine.designs import CALL, EXACT, client, line, report

ALL = {"ErrorEquals": ["States.ALL"]}


def work(**more):
    return {"Type": "Task", "Resource": "${f}", **more}


def machine(states, **config):
    definition = {"StartAt": next(iter(states)), "States": states}
    return {"type": "sfn_state_machine", "definition": definition, **config}


def estimated(states, error, **config):
    return report(
        {
            "c": client(1),
            "w": machine(states, **config),
            "f": {"type": "lambda_function", "error_ratio": error, **EXACT},
        },
        [("c", "w", CALL), ("w", "f", {"type": "sfn_task", "state": "Work"})],
    )


def per_start(found, meter):
    return float(line(found, meter)["quantity"]) / (730 * 3600)


def test_three_retries_are_four_attempts_and_wait_one_two_and_four_seconds():
    """Defaults of a retrier: MaxAttempts 3, IntervalSeconds 1, BackoffRate 2."""
    found = of_state({"Retry": [ALL]}, 0.5)
    assert found.mean == 1 + 0.5 + 0.25 + 0.125
    assert found.wait_s == 0.5 * 1 + 0.25 * 2 + 0.125 * 4
    assert found.fails == 0.5**4


def test_retries_of_lambda_itself_do_not_repeat_what_the_handler_throws():
    assert of_state({"Retry": [{"ErrorEquals": ["Lambda.ServiceException"]}]}, 0.5).mean == 1


def test_each_retry_is_a_billed_transition_and_a_run():
    states = {"Work": work(Retry=[ALL], Next="Done"), "Done": {"Type": "Succeed"}}
    found = estimated(states, 0.5)
    assert per_start(found, "lambda.requests") == pytest.approx(1.875)
    assert per_start(found, "sfn.standard.transitions") == pytest.approx(1.875 + 1 - 0.5**4)


def test_what_fails_for_good_is_caught():
    states = {
        "Work": work(Catch=[{**ALL, "Next": "Sorry"}], Next="Done"),
        "Sorry": {"Type": "Pass", "Next": "Done"},
        "Done": {"Type": "Succeed"},
    }
    found = estimated(states, 0.25)
    assert per_start(found, "sfn.standard.transitions") == pytest.approx(1 + 0.25 + 1)
    uncaught = {"Work": work(Next="Done"), "Done": {"Type": "Succeed"}}
    ended = estimated(uncaught, 0.25)
    assert per_start(ended, "sfn.standard.transitions") == pytest.approx(1 + 0.75)


def mapped(mode, kind="EXPRESS", **more):
    inner = {
        "StartAt": "In",
        "States": {"In": {"Type": "Wait", "Seconds": 1, "End": True}},
        "ProcessorConfig": {"Mode": mode, "ExecutionType": kind},
    }
    return {"Each": {"Type": "Map", "ItemProcessor": inner, "End": True, **more}}


def test_children_of_a_distributed_map_are_executions_of_their_own():
    steps = {"Each": {"items": 100}}
    batched = {"ItemBatcher": {"MaxItemsPerBatch": 10}}
    found = report(
        {"c": client(0.01), "w": machine(mapped("DISTRIBUTED", **batched), steps=steps)},
        [("c", "w", CALL)],
    )
    month = 0.01 * 730 * 3600
    assert float(line(found, "sfn.express.requests")["quantity"]) == pytest.approx(10 * month)
    billed_s = 1.1  # 1 s and a transition, rounded up to 100 ms.
    gb_s = 10 * month * billed_s * 64 / 1024
    assert float(line(found, "sfn.express.duration")["quantity"]) == pytest.approx(gb_s)
    assert float(line(found, "sfn.standard.transitions")["quantity"]) == pytest.approx(month)
    inline = SfnStateMachine.model_validate(machine(mapped("INLINE"), steps=steps))
    assert inline.measures(())["transitions"] == 101


def test_sync_waits_for_the_end_of_the_nested_execution():
    inner = machine({"Long": {"Type": "Wait", "Seconds": 50, "End": True}})

    def run_s(resource):
        states = {"Work": {"Type": "Task", "Resource": resource, "End": True}}
        found = report(
            {"c": client(0.1), "w": machine(states), "n": inner},
            [("c", "w", CALL), ("w", "n", {"type": "sfn_task", "state": "Work"})],
        )
        return found["nodes"]["w"]["service_s"]

    start = "arn:aws:states:::states:startExecution"
    assert run_s(f"{start}.sync:2") > 50 > run_s(start)


def mapped_s(execution: str, items: float) -> float:
    inner = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": execution},
        "StartAt": "One",
        "States": {"One": {"Type": "Wait", "Seconds": 1, "End": True}},
    }
    definition = {
        "StartAt": "Each",
        "States": {"Each": {"Type": "Map", "ItemProcessor": inner, "End": True}},
    }
    machine = SfnStateMachine.model_validate(
        {"definition": definition, "steps": {"Each": {"items": items}}}
    )
    return machine.measures(())["duration_s"]


def test_a_distributed_map_starts_its_children_no_faster_than_the_quota():
    # 100 Standard or 1,000 Express children a second: 9,000 items fit into one wave of 10,000.
    assert mapped_s("STANDARD", 9_000) == pytest.approx(90, rel=0.02)
    assert mapped_s("EXPRESS", 9_000) == pytest.approx(9, rel=0.02)
    assert mapped_s("EXPRESS", 100) == pytest.approx(1, abs=0.1)


def picked(items: float, **more):
    inner = {"StartAt": "One", "States": {"One": {**work(), "End": True}}}
    each = {"Type": "Map", "ItemProcessor": inner, "Next": "Done", **more}
    states = {"Each": each, "Done": {"Type": "Succeed"}, "Undo": {**work(), "Next": "Over"}}
    definition = {"StartAt": "Each", "States": {**states, "Over": {"Type": "Fail"}}}
    return SfnStateMachine.model_validate(
        {"definition": definition, "steps": {"Each": {"items": items}}}
    )


def test_an_item_that_fails_fails_its_map_and_the_map_is_caught():
    caught = picked(3, Catch=[{**ALL, "Next": "Undo"}])
    visits = caught.visits({"One": 0.1})
    assert visits["Undo"] == pytest.approx(1 - 0.9**3)
    assert visits["Done"] == pytest.approx(0.9**3)


def test_a_map_that_is_tried_again_works_on_all_its_items_again():
    again = picked(3, Retry=[{**ALL, "MaxAttempts": 1}], Catch=[{**ALL, "Next": "Undo"}])
    failed = 1 - 0.9**3
    visits = again.visits({"One": 0.1})
    assert visits["One"] == pytest.approx(3 * (1 + failed))
    assert visits["Undo"] == pytest.approx(failed**2)


def test_a_map_that_bears_failures_goes_on():
    assert picked(3, ToleratedFailurePercentage=50, Catch=[{**ALL, "Next": "Undo"}]).visits(
        {"One": 0.1}
    )["Done"] == pytest.approx(1)
