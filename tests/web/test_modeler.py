"""The drawing board's page and what its script asks: opening, keeping, checking."""

import gzip
import json
from pathlib import Path

import pytest

from app.db import db
from app.services import accounts, diagrams
from app.services.design import drafts
from tests.web.visiting import Page, Visitor, sent

KEY = "follow_up"
BOARD = f"/designer/{KEY}"


class Drawer(Visitor):
    """An analyst whose board sends what its script would."""

    def sends(self, method: str, path: str, *, status: int = 200, **options):
        headers = {"X-CSRFToken": self.token(), "Accept": "application/json"}
        page = sent(getattr(self.client, method), path, headers=headers, **options)
        assert page.status == status, page.body
        return json.loads(page.body)

    def keeps(self, xml: str, revision: int, *, status: int = 200):
        return self.sends("put", BOARD, json={"xml": xml, "revision": revision}, status=status)


@pytest.fixture
def analyst(client, clock):
    return Drawer(client, "fenxi")


def told(page: Page):
    return json.loads(page.one("//script[@data-part='told']").text)


def test_the_board_opens_with_the_version_in_force_until_somebody_draws(analyst):
    begun = told(analyst.get(BOARD))

    assert begun["revision"] == 0
    assert begun["xml"] == diagrams.get(KEY).xml


def test_what_is_drawn_is_kept_with_who_and_when(analyst):
    xml = diagrams.get(KEY).xml.replace("现场复查", "到校复查")

    kept = analyst.keeps(xml, 0)

    assert kept == {"revision": kept["revision"], "saved_at": "2026-03-02 09:00", "by": "方析"}
    assert told(analyst.get(BOARD))["xml"] == xml


def test_a_script_of_a_page_of_another_login_is_told_so_in_its_own_terms(analyst, app):
    app.config["WTF_CSRF_ENABLED"] = True
    headers = {"X-CSRFToken": "of another login", "Accept": "application/json"}

    page = sent(analyst.client.put, BOARD, headers=headers, json={"xml": "", "revision": 0})

    assert page.status == 400
    assert "登录已过期或更换。请刷新此页" in json.loads(page.body)["detail"]


def test_who_comes_second_is_told_who_was_first_and_overwrites_nothing(analyst):
    kept = analyst.keeps(diagrams.get(KEY).xml.replace("现场复查", "到校复查"), 0)

    refused = analyst.keeps("<mine/>", 0, status=409)

    assert refused["code"] == "draft_changed"
    assert "方析" in refused["detail"]
    now = analyst.sends("get", f"{BOARD}/draft")
    assert now["revision"] == kept["revision"]
    assert "到校复查" in now["xml"]


def test_a_drawing_full_of_faults_is_kept(analyst):
    analyst.keeps("<no diagram", 0)

    assert drafts.bundle(KEY).xml == "<no diagram"
    assert told(analyst.get(BOARD))["xml"] == "<no diagram"


def test_the_check_measures_against_the_forms_of_the_draft(analyst):
    whole = drafts.bundle(KEY)
    fewer = {key: form for key, form in whole.forms.items() if key != "remedy"}
    drafts.keep(KEY, accounts.actor("fenxi"), revision=0, forms=fewer)
    db.session.rollback()

    found = analyst.sends("post", f"{BOARD}/lint", data=whole.xml.encode())["problems"]

    assert "catalogue/form" in [one["code"] for one in found]


def test_the_check_tells_what_it_cannot_read(analyst):
    for odd in (b"", b"<a", b"\xff\xfe\x00"):
        found = analyst.sends("post", f"{BOARD}/lint", data=odd)["problems"]

        assert {one["severity"] for one in found} == {"error"}


@pytest.mark.parametrize(
    "body", [[], {}, {"xml": 1, "revision": 0}, {"xml": "", "revision": "0"}, {"xml": "<a/>"}]
)
def test_nonsense_is_refused_with_a_problem(analyst, body):
    refused = analyst.sends("put", BOARD, json=body, status=400)

    assert refused["code"] == "malformed"


def test_too_much_is_refused_before_it_is_read(analyst):
    refused = analyst.sends("post", f"{BOARD}/lint", data=b"x" * 4_000_001, status=413)

    assert refused["code"] == "too_large"


def test_there_is_no_board_for_a_process_that_nobody_drew(analyst):
    analyst.get("/designer/nothing_here", status=404)
    analyst.sends("get", "/designer/nothing_here/draft", status=404)


def test_the_head_of_the_office_looks_and_draws_nothing(client, clock):
    head = Drawer(client, "chenjianguo")

    page = head.get(BOARD)

    assert page.all("//gov-diagram")
    assert not page.all("//gov-modeler")
    assert b"bpmn:process" in head.get(f"{BOARD}/drawing").body
    head.keeps("<a/>", 0, status=403)


def test_others_have_no_business_here(client, clock):
    Visitor(client, "lyxx_clerk").get(BOARD, status=403)


def test_a_login_that_ran_out_is_told_as_such_to_the_script(client, clock):
    page = sent(client.get, f"{BOARD}/draft", headers={"Accept": "application/json"})

    assert page.status == 401


def test_everything_a_drawing_needs_can_be_chosen(analyst):
    offered = told(analyst.get("/designer/rectification"))["catalogue"]
    values = {name: {one["value"] for one in them} for name, them in offered.items()}

    assert {"team", "unit_owner"} <= values["roles"]
    assert "system_admin" not in values["roles"]
    assert {"rectify", "verify"} <= values["forms"]
    assert "authority" in values["decisions"]
    assert {"passed", "public_notice", "cycle", "due"} <= values["variables"]
    assert {"due", "notice_from"} <= values["dates"]
    assert values["people"] == {"${lead_verifier}"}
    assert values["effects"] >= {"remind", "close_out"}


def test_what_an_effect_needs_is_chosen_too(analyst):
    offered = told(analyst.get("/designer/rectification"))["catalogue"]["effects"]
    params = {(one["value"], param["name"]): param for one in offered for param in one["params"]}

    written = [place for place, param in params.items() if not param.get("options")]
    assert written == [("notify", "text")]
    assert params["remind", "to"]["several"]
    assert {one["value"] for one in params["start_expediting", "reason"]["options"]} >= {"overdue"}


def test_the_effects_that_need_no_case_are_told_apart(analyst):
    offered = told(analyst.get("/designer/rectification"))["catalogue"]["effects"]

    assert {one["value"] for one in offered if one["anywhere"]} == {"remind", "notify"}


def test_a_limit_brings_its_length_and_its_article(analyst):
    limits = told(analyst.get(BOARD))["catalogue"]["limits"]

    (one,) = [limit for limit in limits if limit["value"] == "T15"]

    assert (one["number"], one["unit"]) == ("10", "days")
    assert one["article"]
    assert one["article_en"]


def test_built_files_are_kept_only_under_the_name_of_their_content(client, clock):
    bare = sent(client.get, "/static/dist/bpmn-js.js")
    named = sent(client.get, "/static/dist/bpmn-js.js?v=1")

    assert bare.response.headers["Cache-Control"] == "no-cache"
    assert bare.response.headers["ETag"]
    assert "immutable" in named.response.headers["Cache-Control"]


def test_a_page_with_a_diagram_asks_for_the_styles_of_all_that_it_shares(client, clock):
    page = Visitor(client, "wangmin").get("/diagrams")

    asked = page.one("//body").get("data-viewer-styles").split()

    assert [one.split("/")[-1].split("?")[0] for one in asked][-1] == "viewer.css"
    assert any("bpmn-js.css" in one for one in asked)


def test_what_the_designer_loads_is_small(app):
    dist = Path(app.static_folder) / "dist"
    chunks = json.loads((dist / "manifest.json").read_text())
    waiting = [key for key, one in chunks.items() if one.get("name") in ("modeler", "dmn", "diff")]
    files = set()
    for key in waiting:
        files |= {chunks[key]["file"], *chunks[key].get("css", ())}
        waiting += [one for one in chunks[key].get("imports", ()) if one not in waiting]

    assert {"modeler.js", "bpmn-js.js"} <= files
    assert sum(len(gzip.compress((dist / one).read_bytes())) for one in files) <= 600_000
