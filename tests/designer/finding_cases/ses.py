"""Findings of mail."""

from . import arrow, caller, case, node

CASES = {
    "ses-send-rate": case(
        {"c": caller(100), "f": node("lambda_function"), "m": node("ses_identity")},
        [arrow("c", "f", "client_call"), arrow("f", "m", "lambda_call")],
        mend={"c": {"rate_per_s": 0.5}},
    ),
    "ses-sandbox": case(
        {
            "c": caller(0.1),
            "f": node("lambda_function"),
            "m": node("ses_identity", sandbox=True),
        },
        [arrow("c", "f", "client_call"), arrow("f", "m", "lambda_call")],
        mend={"m": {"sandbox": False}},
    ),
}
