"""What the room of mail claims."""

import pytest

from tests.estimator.engine.designs import CALL, INVOKE, client, finding, report


@pytest.mark.parametrize(("sandbox", "refused"), [(True, 4.0), (False, 0.0)])
def test_the_sandbox_sends_one_mail_a_second(sandbox, refused):
    """SES quotas: 1 mail a second and 200 in 24 hours in the sandbox."""
    found = report(
        {
            "c": client(5),
            "f": {"type": "lambda_function"},
            "m": {"type": "ses_identity", "sandbox": sandbox},
        },
        [("c", "f", CALL), ("f", "m", INVOKE)],
    )
    assert found["nodes"]["m"]["throttled_per_s"] == pytest.approx(refused)
    assert bool(finding(found, "ses-sandbox")) is sandbox
