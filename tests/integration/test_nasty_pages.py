"""Whatever stands in an address or in a form, no page is answered with 500."""

import re
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.utils import cached_property

import app as program
from app.domain.vocabulary import Role
from app.services.design import drafts
from app.web import cursor
from tests.web.visiting import PASSWORD

MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)
#: Before time, once it is told in UTC.
EARLY = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
FAR = 2**31
LONG = "9" * 300
ODD = "[1]'%\\\u202e" + "𠀀" * 200
#: Under all names at once, by database: what upsets one leaves the other cold.
EVERYWHERE = {"sqlite": [LONG, cursor.write(EARLY, 1)], "postgresql": ["\x00", ODD]}
#: Name by name, for a page tells only the first fault: what begins the next part of a list, days,
#: and all else. That takes long, so only the stricter database is sent it, and forms as well.
PLACES = [cursor.write(EARLY, 1), cursor.write(MONDAY, FAR), cursor.write(MONDAY.date(), FAR)]
DAYS = ["9999-12-31", "0001-01-01"]
DAY = re.compile(r"(^|_)(day|on|from|to|until|since|first|last|month|year)$")
WORDS = [str(FAR)]
#: What stands for the parts of an address where there is such a row; of ids the first.
PARTS = {"key": "rectification", "form": "sign", "table": "light", "step": "rectify"}
PARTS |= {"name": "before", "channel": "email", "kind": "week", "action": "remind"}
HOLE = re.compile(r"<(?:\w+[^<]*:)?(\w+)>")
#: Asked last: afterwards there is less to ask about.
LAST = re.compile("discard|drop|remove|withdraw|go_back|terminate|restore|submit|complete")
NOT_ASKED = ("api", "static", "health", "signing.sign_out")
#: Nearly all pages are open to one who has all these posts, the others to the administrator.
POSTS = (Role.OFFICE, Role.OFFICE_HEAD, Role.CHIEF, Role.ANALYST, Role.TEAM, Role.UNIT_CLERK)

#: A name that a page looks for: in the address or the form, and where in the program.
Look = tuple[str, str, str]


class Watched(ImmutableMultiDict):
    """What came with a request; it notes what a page looks for."""

    def __init__(self, sent, where, looks):
        super().__init__(sent)
        self.where, self.looks = where, looks

    def __getitem__(self, name):
        self._note(name)
        return super().__getitem__(name)

    def __contains__(self, name):
        self._note(name)
        return super().__contains__(name)

    def getlist(self, name, *args, **options):
        self._note(name)
        return super().getlist(name, *args, **options)

    def _note(self, name):
        frame = sys._getframe(2)
        while not frame.f_code.co_filename.startswith(str(Path(program.__file__).parent)):
            frame = frame.f_back
        self.looks.add((self.where, name, frame.f_code.co_filename))


class WatchedRequest(Request):
    """A request that tells what a page looks for."""

    looks: ClassVar[set[Look]] = set()

    @cached_property
    def args(self):
        return Watched(super().args, "query_string", self.looks)

    @cached_property
    def form(self):
        return Watched(super().form, "data", self.looks)


class Walk:
    """A walk over all pages, each asked for with nasty values under every name it looks for."""

    def __init__(self, database):
        self.everywhere, self.strict = EVERYWHERE[database], database == "postgresql"
        self.people, self.fell, self.done = [], [], set()

    def asks(self, who, method, path, **sent):
        """Send one request; return the status, and what the page looked for."""
        looks = WatchedRequest.looks = set()
        try:
            with who.open(path, method=method, **sent) as answer:
                status = answer.status_code
        except Exception as error:
            status = 500
            self.fell.append((method, path, sent, repr(error)[:200]))
        return status, {look for look in looks if method == "POST" or look[0] == "query_string"}

    def tries(self, method, path):
        """Try one page; the same look is not tried again on the next."""
        who, looks = self.enters(method, path)
        while rest := looks - self.done:
            self.done |= rest
            for where in sorted({look[0] for look in rest}):
                names = sorted({look[1] for look in rest if look[0] == where})
                for sent in self.nasty(names):
                    looks |= self.asks(who, method, path, **{where: sent})[1]

    def enters(self, method, path):
        """Ask plainly, as the first who may; return that person, and what the page looked for."""
        for who in self.people:
            status, looks = self.asks(who, method, path)
            if status != 403:
                break
        return who, looks

    def nasty(self, names):
        """Yield what to send under these names."""
        for value in self.everywhere:
            yield dict.fromkeys(names, value)
        for name in names if self.strict else ():
            own = PLACES if name == "after" else DAYS if DAY.search(name) else WORDS
            yield from ({name: value} for value in own)


def pages(app, methods):
    """Return method and rule of every page."""
    rules = [one for one in app.url_map.iter_rules() if not one.endpoint.startswith(NOT_ASKED)]
    found = [(method, one) for method in methods for one in rules if method in one.methods]
    return sorted(found, key=lambda one: bool(LAST.search(one[1].endpoint)))


def test_no_page_falls_over(app, database, client, cast, monkeypatch):
    monkeypatch.setattr(app, "request_class", WatchedRequest)
    app.config["WTF_CSRF_ENABLED"] = False
    walk = Walk(database.partition(":")[0].partition("+")[0])
    parts = PARTS | {"number": cast.starts_work().number}
    drafts.keep("rectification", cast.hires("jack", *POSTS), revision=0)
    for name in ("jack", "xitong"):
        walk.people.append(app.test_client())
        walk.people[-1].post("/login", data={"username": name, "password": PASSWORD})

    for method, rule in pages(app, ("GET", "POST") if walk.strict else ("GET",)):
        path = re.sub(r"<int:\w+>", "1", rule.rule)
        walk.tries(method, HOLE.sub(lambda part: parts[part[1]], path))
        if HOLE.search(path) and walk.strict:
            walk.asks(walk.people[0], method, HOLE.sub(quote(ODD), path))

    assert walk.fell == []
