"""Guards, plans, canaries and private endpoints of APIs: what each does to flow and bill."""

import pytest

from designer.catalog.apigateway_rest_api import RestAuthorizer, RestIntegration
from designer.interchange.cloudformation import export
from tests.estimator.engine.designs import CALL, EXACT, client, design, finding, line, report

MONTH_S = 730 * 3600
LOGIC = {"type": "lambda_function", "duration_ms": 20, **EXACT}
GUARD = {**LOGIC, "duration_ms": 40}
GET = {"type": "apigateway_integration", "method": "GET", "path": "/items"}
ASK = {"type": "apigateway_authorizer"}


def rest(**config):
    return {"type": "apigateway_rest_api", "response_kib": 0.0, **config}


def drawn(api, *, rate=10.0, guard=None, canary=False, get=None, caller=None):
    nodes = {"c": {**client(rate), **(caller or {})}, "api": rest(**api), "f": LOGIC}
    edges = [("c", "api", CALL), ("api", "f", {**GET, **(get or {})})]
    if guard is not None:
        nodes["g"] = GUARD
        edges.append(("api", "g", {**ASK, **guard}))
    if canary:
        nodes["k"] = LOGIC
        edges.append(("api", "k", {**GET, **(get or {}), "release": "canary"}))
    return nodes, edges


def runs(result, node):
    return result["nodes"][node]["requests_per_s"]


# ---- Authorizers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ttl_s", "interval_s", "asked"), [(0, 60, 1.0), (300, 60, 1 / 6), (300, 300, 0.5)]
)
def test_a_kept_result_saves_the_call_of_the_authorizer(ttl_s, interval_s, asked):
    edge = RestAuthorizer(ttl_s=ttl_s, caller_interval_s=float(interval_s))
    assert edge.asked_ratio == pytest.approx(asked)
    guard = {"ttl_s": ttl_s, "caller_interval_s": float(interval_s)}
    result = report(*drawn({}, guard=guard))
    assert runs(result, "g") == pytest.approx(10 * asked)
    assert runs(result, "f") == pytest.approx(10)


def test_the_authorizer_is_paid_for_and_waited_for():
    plain, guarded = report(*drawn({})), report(*drawn({}, guard={"ttl_s": 0}))
    requests = float(line(guarded, "lambda.requests")["quantity"])
    assert requests == pytest.approx(2 * 10 * MONTH_S)
    waits = [r["headline"]["response"]["mean_s"] for r in (plain, guarded)]
    ask_s, run_s = 0.0087, 0.040  # Call of the gateway (mean of 8 and 20 ms), then the handler.
    assert waits[1] - waits[0] == pytest.approx(ask_s + run_s, abs=0.001)
    titles = [p["title"] for p in guarded["paths"] if p["kind"] == "completion"]
    assert titles == ["c → api → f"]  # The question is not where work ends.


def test_denied_requests_reach_no_integration():
    result = report(*drawn({}, guard={"denied_ratio": 0.25}))
    assert runs(result, "f") == pytest.approx(7.5)
    assert float(line(result, "apigw.rest.requests")["quantity"]) == pytest.approx(7.5 * MONTH_S)


def test_an_authorizer_beside_another_check_is_refused():
    edge = RestAuthorizer()
    nodes, _ = drawn({"authorizer": "iam"})
    source = design(nodes, []).model.nodes[1].service
    assert "IAM" in (edge.refusal(source, source) or "")


# ---- Usage plans and throttles ------------------------------------------------------------------


def test_a_plan_lets_each_key_have_its_rate():
    plan = {"usage_plan": True, "api_keys": 4, "plan_rate_per_s": 2.0}
    assert runs(report(*drawn(plan)), "f") == pytest.approx(8.0)


def test_a_busy_key_runs_into_its_plan_alone():
    plan = {"usage_plan": True, "api_keys": 4, "plan_rate_per_s": 3.0, "busiest_key_ratio": 0.5}
    # 5/s of the busy key are cut to 3; the others send 1.67/s each.
    assert runs(report(*drawn(plan)), "f") == pytest.approx(8.0)


@pytest.mark.parametrize(
    ("period", "seconds"), [("DAY", 86_400), ("WEEK", 604_800), ("MONTH", MONTH_S)]
)
def test_a_quota_counts_over_its_period_and_not_by_the_hour(period, seconds):
    quota = 5 * seconds  # 5/s on the mean, for one key.
    plan = {"usage_plan": True, "api_keys": 1, "plan_quota": quota, "plan_period": period}
    assert runs(report(*drawn(plan)), "f") == pytest.approx(5.0)
    daily = {"profile": "daily"}
    enough = {**plan, "plan_quota": 11 * seconds}
    result = report(*drawn(enough, caller=daily))
    assert runs(result, "f") == pytest.approx(10.0)  # Busy hours are over 11/s, the day is not.
    assert finding(result, "apigw-plan-throttles") is None


def test_a_route_has_its_own_throttle():
    result = report(*drawn({}, get={"throttle_per_s": 4.0}))
    assert runs(result, "f") == pytest.approx(4.0)
    cached = {"cache_gb": "0.5", "cache_hit_ratio": 0.5}
    result = report(*drawn(cached, get={"throttle_per_s": 4.0}))
    assert runs(result, "f") == pytest.approx(2.0)  # It counts requests before the cache.


# ---- Canary and cache ---------------------------------------------------------------------------


def test_the_canary_gets_its_share_of_its_route():
    result = report(*drawn({"canary_ratio": 0.2}, canary=True))
    assert runs(result, "f") == pytest.approx(8.0)
    assert runs(result, "k") == pytest.approx(2.0)


@pytest.mark.parametrize(("uses", "stable", "canary"), [(False, 4.0, 2.0), (True, 4.0, 1.0)])
def test_a_canary_is_cached_only_where_it_uses_the_cache(uses, stable, canary):
    api = {"canary_ratio": 0.2, "cache_gb": "0.5", "cache_hit_ratio": 0.5}
    result = report(*drawn({**api, "canary_uses_cache": uses}, canary=True))
    assert runs(result, "f") == pytest.approx(stable)
    assert runs(result, "k") == pytest.approx(canary)
    alone = report(*drawn({**api, "canary_uses_cache": uses}))
    assert runs(alone, "f") == pytest.approx(stable + canary)


def test_the_canary_splits_only_its_own_route():
    other = RestIntegration(method="POST", path="/items", share=0.5)
    nodes, edges = drawn({"canary_ratio": 0.5}, canary=True, get={"share": 0.5})
    nodes["h"] = LOGIC
    edges.append(("api", "h", other.model_dump()))
    result = report(nodes, edges)
    assert [runs(result, n) for n in "fkh"] == pytest.approx([2.5, 2.5, 5.0])


@pytest.mark.parametrize("change", [{"cache_ttl_s": 0.0}, {"response_kib": 2_000.0}])
def test_a_cache_that_keeps_nothing_answers_nothing(change):
    api = {"cache_gb": "0.5", "cache_hit_ratio": 0.5}
    assert runs(report(*drawn(api)), "f") == pytest.approx(5.0)
    assert runs(report(*drawn({**api, **change})), "f") == pytest.approx(10.0)


def test_only_get_is_answered_from_the_cache():
    api = {"cache_gb": "0.5", "cache_hit_ratio": 0.5}
    nodes, edges = drawn(api, get={"share": 0.6})
    nodes["h"] = LOGIC
    edges.append(("api", "h", {**GET, "method": "POST", "share": 0.4}))
    result = report(nodes, edges)
    assert [runs(result, n) for n in "fh"] == pytest.approx([3.0, 4.0])


# ---- Endpoints, browsers, users -----------------------------------------------------------------


def test_a_private_api_pays_for_its_endpoint_and_for_no_egress():
    api = {"endpoint": "PRIVATE", "endpoint_zones": 3, "response_kib": 3.0}
    result = report(*drawn(api))
    hours = line(result, "vpc.interface_endpoint.hours")
    assert hours["amount"] == "21.90"  # 3 zones x 730 h x 0.01 USD
    data_gb = 10 * (1 + 3) / 1024**2 * MONTH_S
    assert float(line(result, "vpc.interface_endpoint.data")["quantity"]) == pytest.approx(data_gb)
    assert not [x for x in result["bill"]["lines"] if x["meter"] == "dt.out_internet"]
    shared = report(*drawn({**api, "vpc_endpoint": "existing"}))
    meters = {x["meter"] for x in shared["bill"]["lines"]}
    assert "vpc.interface_endpoint.hours" not in meters
    assert "vpc.interface_endpoint.data" in meters


def test_preflights_are_billed_and_go_nowhere():
    result = report(*drawn({"cors_origin": "https://shop.example", "preflight_ratio": 0.5}))
    assert float(line(result, "apigw.rest.requests")["quantity"]) == pytest.approx(15 * MONTH_S)
    assert runs(result, "f") == pytest.approx(10.0)


def test_users_of_a_pool_are_paid_for():
    result = report(*drawn({"authorizer": "cognito", "pool_users": 2_000}))
    assert line(result, "cognito.users.essentials")["amount"] == "30.00"


def test_an_edge_api_cannot_wait_longer():
    quotas = {"assumptions": {"quotas": {"apigw.rest.timeout": 120}}}
    nodes, edges = drawn({"endpoint": "EDGE", "integration_timeout_s": 60.0})
    assert finding(report(nodes, edges, **quotas), "apigw-timeout-over-limit")
    nodes, edges = drawn({"integration_timeout_s": 60.0})
    assert finding(report(nodes, edges, **quotas), "apigw-timeout-over-limit") is None


# ---- The template -------------------------------------------------------------------------------


def of_type(template, kind):
    return [r["Properties"] for r in template.resources.values() if r["Type"] == kind]


def test_the_template_of_a_guarded_api():
    api = {
        "usage_plan": True,
        "plan_rate_per_s": 5.0,
        "plan_quota": 1_000,
        "plan_period": "DAY",
        "canary_ratio": 0.1,
        "cors_origin": "*",
        "stage": "v1",
        "integration_timeout_s": 5.0,
    }
    template = export(design(*drawn(api, guard={}, canary=True, get={"throttle_per_s": 9.0})))
    (stage,) = of_type(template, "AWS::ApiGateway::Stage")
    assert stage["StageName"] == "v1"
    assert stage["CanarySetting"]["PercentTraffic"] == 10
    (name,) = stage["Variables"]
    overrides = stage["CanarySetting"]["StageVariableOverrides"]
    assert stage["Variables"][name] != overrides[name]
    own = [m for m in stage["MethodSettings"] if m["ResourcePath"] == "/~1items"]
    assert own[0]["ThrottlingRateLimit"] == 9
    methods = {m["HttpMethod"]: m for m in of_type(template, "AWS::ApiGateway::Method")}
    assert set(methods) == {"GET", "OPTIONS"}
    assert methods["GET"]["AuthorizationType"] == "CUSTOM"
    assert methods["GET"]["ApiKeyRequired"] is True
    assert methods["GET"]["Integration"]["TimeoutInMillis"] == 5_000
    assert f"${{!stageVariables.{name}}}" in methods["GET"]["Integration"]["Uri"]["Fn::Sub"]
    (plan,) = of_type(template, "AWS::ApiGateway::UsagePlan")
    assert plan["Quota"] == {"Limit": 1_000, "Period": "DAY"}
    assert plan["Throttle"] == {"RateLimit": 5, "BurstLimit": 5}
    (authorizer,) = of_type(template, "AWS::ApiGateway::Authorizer")
    assert authorizer["Type"] == "TOKEN"
    assert len(of_type(template, "AWS::Lambda::Permission")) == 3


def test_a_private_api_lets_in_only_what_comes_by_its_endpoint():
    template = export(design(*drawn({"endpoint": "PRIVATE"})))
    (api,) = of_type(template, "AWS::ApiGateway::RestApi")
    denied = api["Policy"]["Statement"][0]
    endpoint = api["EndpointConfiguration"]["VpcEndpointIds"][0]
    assert denied["Effect"] == "Deny"
    assert denied["Condition"]["StringNotEquals"]["aws:SourceVpce"] == endpoint
    assert len(of_type(template, "AWS::EC2::VPCEndpoint")) == 1


@pytest.mark.parametrize("kind", ["apigateway_rest_api", "apigatewayv2_api"])
def test_the_access_log_is_paid_for_where_it_is_kept(kind):
    route = {"apigateway_rest_api": GET, "apigatewayv2_api": {"type": "apigatewayv2_integration"}}
    for kib, kept in ((0.5, True), (0.0, False)):
        api = {"type": kind, "access_log_kib": kib}
        nodes = {"c": client(10.0), "a": api, "f": LOGIC}
        edges = [("c", "a", CALL), ("a", "f", route[kind])]
        meters = {x["meter"]: x["quantity"] for x in report(nodes, edges)["bill"]["lines"]}
        written = float(meters.get("cw.logs.ingest.vended_standard", 0))
        assert written == pytest.approx(10 * kib / 1024**2 * MONTH_S)
        text = export(design(nodes, edges)).to_json()
        assert ("AccessLogSetting" in text) is kept
        assert ("ALogs" in text) is kept
