"""The forecast on pages and for programs: for those who supervise, with reasons and record."""

from datetime import date

import pytest
from sqlalchemy import select, update

from app.db import db, transaction
from app.domain.case import Case
from app.domain.people import Unit
from app.domain.vocabulary import UnitKind
from app.services import accounts, jobs
from app.services.forecasting import nightly
from app.web.monitor import forecast
from tests.conftest import MONDAY
from tests.forecast_county import enter, lives
from tests.web.calling import Caller
from tests.web.visiting import Visitor


@pytest.fixture
def county(app, clock):
    """Four years of cases, learned from."""
    schools = select(Unit.id).where(Unit.kind == UnitKind.SCHOOL).order_by(Unit.id)
    units = list(db.session.scalars(schools))
    found = list(lives(5, 700, since=date(2022, 3, 1), until=date(2026, 3, 1), units=units))
    with transaction() as session:
        enter(session, found, MONDAY)
    jobs.run(nightly.learn_now(accounts.actor("wangmin")).id)


def numbers(page):
    return [one.text for one in page.all("//tbody//th/a")]


def test_without_enough_history_the_page_says_how_much_is_missing(app, client, clock):
    office = Visitor(client, "wangmin")
    assert "还没有统计过" in office.get("/monitor/forecast").text

    jobs.run(nightly.learn_now(accounts.actor("wangmin")).id)
    page = office.get("/monitor/forecast")

    assert "历史记录还不够" in page.text
    assert "有结果的整改期限还差 300 个" in page.text
    assert "其中逾期的还差 60 个" in page.text
    assert page.all("//table") == []
    assert "历史记录还不够" in office.get("/monitor/forecast/calibration").text


def test_the_list_says_how_likely_why_and_what_would_help(county, client):
    page = Visitor(client, "wangmin").get("/monitor/forecast")

    rows = page.all("//tbody/tr")
    assert len(rows) > 20
    assert all("推高" in row.text_content() or "拉低" in row.text_content() for row in rows)
    assert all("请" in row.xpath("td")[-1].text_content() for row in rows)
    tiles = [int(one.text) for one in page.all("//*[contains(@class, 'big-figures')]//b")]
    assert sum(tiles[:3]) == tiles[3] == len(rows)


def test_the_list_goes_on_and_its_tiles_lead_to_what_they_count(county, client, monkeypatch):
    monkeypatch.setattr(forecast, "PAGE", 3)
    office = Visitor(client, "wangmin")
    page = office.get("/monitor/forecast?severity=major")
    shown = numbers(page)
    while links := page.all("//a[@rel='next']"):
        page = office.get(links[0].get("href"))
        shown += numbers(page)

    tiles = page.all("//*[contains(@class, 'big-figures')]//a")
    assert len(shown) == len(set(shown)) == int(tiles[3].findtext("b"))
    monkeypatch.undo()
    for tile in tiles[:3]:
        assert len(numbers(office.get(tile.get("href")))) == int(tile.findtext("b"))


def test_an_address_that_means_nothing_is_refused_by_name(county, client):
    office = Visitor(client, "wangmin")

    for query in ("colour=red", "band=sure", "period=2026-05-01..2026-03-01", "after=x_y"):
        office.get(f"/monitor/forecast?{query}", 422)


def test_a_case_shows_its_chance_to_the_office_and_not_to_its_unit(county, client):
    case = db.session.scalars(select(Case).order_by(Case.due_on.desc())).first()
    lead = "lyxx_head"
    with transaction() as session:
        unit_id = accounts.actor(lead).unit_id
        session.execute(update(Case).where(Case.id == case.id).values(lead_unit_id=unit_id))
    path = f"/cases/{case.number}"

    assert "逾期预测" in Visitor(client, "sunwei").get(path).one("//main").text_content()
    assert "逾期预测" not in Visitor(client, lead).get(path).one("//main").text_content()
    Visitor(client, lead).get("/monitor/forecast", 403)
    Visitor(client, lead).get("/monitor/forecast/calibration", 403)


def test_the_model_card_tells_what_came_true(county, client):
    page = Visitor(client, "zhoulan").get("/monitor/forecast/calibration")

    assert "比平均逾期率更准" in page.text
    assert "件中" in page.text
    assert "每件事项每周留存一次当时的预测" in page.text
    assert "进度落后于时间（后三分之一）" in page.text
    assert not page.all("//form[@method='post'][contains(@action, 'forecast')]")
    workbook = Visitor(client, "zhoulan").get("/monitor/forecast/calibration.xlsx")
    assert workbook.body.startswith(b"PK")


def test_the_office_has_it_learned_anew_by_a_button(county, client):
    office = Visitor(client, "wangmin")

    page = office.follow(office.post("/monitor/forecast"))

    assert "逾期预测" in page.title
    jobs.run(jobs.waiting()[0])
    assert "已更新" in office.get(page.response.request.path).text
    Visitor(client, "zhoulan").post("/monitor/forecast", 403)


def test_programs_get_the_same(county, client):
    office = Caller(client, "wangmin")
    shown = numbers(Visitor(client, "wangmin").get("/monitor/forecast"))

    first = office.get("/forecasts?limit=20")
    rest = office.get(f"/forecasts?limit=30&cursor={first['next']}")
    one = office.get(f"/cases/{shown[0]}/forecast")
    model = office.get("/forecasts/model")

    assert [item["case"] for item in first["items"] + rest["items"]] == shown
    assert one == first["items"][0]
    assert 0 <= one["chance"] <= 1
    assert (model["state"], model["lacks"]) == ("in_use", [])
    assert sum(item["n"] for item in model["trial"]["bins"]) == model["trial"]["n"]
    assert office.post("/forecasts/learn", 202)["kind"] == "forecast"


def test_programs_of_a_unit_get_nothing(county, client):
    unit = Caller(client, "lyxx_head")
    own = select(Case.number).where(Case.lead_unit_id == accounts.actor("lyxx_head").unit_id)

    unit.get("/forecasts", 403)
    unit.get("/forecasts/model", 403)
    unit.post("/forecasts/learn", 403)
    unit.get(f"/cases/{db.session.scalars(own).first()}/forecast", 404)
