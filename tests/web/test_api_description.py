from openapi_spec_validator import validate

from app.api.calls import CALLS, api
from app.api.openapi import description
from tests.web.calling import Caller


def test_the_description_is_valid_openapi(app):
    validate(description())


def test_the_description_is_there_for_strangers(client):
    found = Caller(client).get("/openapi.json")

    assert found["openapi"] == "3.1.0"
    assert found["paths"]["/tasks/{task_id}/complete"]["post"]["summary"]


def test_every_route_of_the_api_is_described(app):
    routes = {
        (method, rule.rule.removeprefix("/api/v1").replace("<int:", "{").replace("<", "{"))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(f"{api.name}.")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    described = {
        (method.upper(), path.replace("}", ">"))
        for path, operations in description()["paths"].items()
        for method in operations
    } - {("GET", "/healthz")}

    assert routes == described
    assert len(CALLS) == len(routes)


def test_health_is_told_to_anybody(client):
    found = client.get("/healthz")

    assert found.status_code == 200
    assert found.json["status"] == found.json["database"] == "ok"
    assert found.json["overdue_timers"] == 0
    assert found.json["version"]
