"""Signing in and out, the language, and the rule that everything else needs a login."""

from __future__ import annotations

from flask import Blueprint, Flask, g, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from app.domain.errors import Unavailable
from app.domain.people import Actor
from app.domain.vocabulary import Role
from app.http import status_of
from app.services import accounts, incidents
from app.services.accounts import LoginRefused
from app.services.design import overview
from app.services.people import rights
from app.texts import LOCALES, say

bp = Blueprint("signing", __name__)

#: What a stranger may ask for. The API looks after itself.
PUBLIC = ("/static/", "/api/", "/healthz", "/login", "/setup", "/locale", "/p/", "/favicon.ico")


class SignedIn(UserMixin):  # type: ignore[misc]
    """A login as Flask-Login sees it: known by its token, which the session cookie holds."""

    def __init__(self, token: str, actor: Actor) -> None:
        self.token, self.actor = token, actor

    def get_id(self) -> str:
        """Return what the session cookie keeps."""
        return self.token


def init_app(app: Flask) -> None:
    """Deny by default."""
    manager = LoginManager(app)
    manager.user_loader(_load)
    app.before_request(require_login)


def _load(token: str) -> SignedIn | None:
    if "unavailable" in g:
        return None  # the page that says so is drawn for nobody
    try:
        actor = accounts.signed_in(token, by_itself="X-By-Itself" in request.headers)
    except Unavailable:
        g.unavailable = True
        raise
    return SignedIn(token, actor) if actor else None


def is_public(path: str) -> bool:
    """Tell whether *path* is for strangers too."""
    return path == "/p" or path.startswith(PUBLIC)


def require_login() -> ResponseReturnValue | None:
    """Let only people with a login pass, and note who they are."""
    if request.path.startswith(("/static/", "/api/", "/healthz")):
        return None
    if current_user.is_authenticated:
        g.actor = current_user.actor
        g.locale = g.actor.locale
        waits = g.actor.must_change_password and request.endpoint not in _BEFORE_ALL_ELSE
        return ask_for_password() if waits else None
    return None if is_public(request.path) else ask_to_sign_in()


#: What somebody may do whose password another person chose.
_BEFORE_ALL_ELSE = (
    *("own_password.page", "own_password.change"),
    *("signing.sign_out", "signing.choose_locale"),
)


def ask_for_password() -> ResponseReturnValue:
    """Send a person with a one-time password to choose one of their own."""
    target = url_for("own_password.page")
    if request.headers.get("HX-Request"):
        return "", 403, {"HX-Redirect": target}
    if request.accept_mimetypes.best == "application/json":
        return jsonify(detail=gettext("请先修改一次性密码。")), 403
    return redirect(target)


def ask_to_sign_in() -> ResponseReturnValue:
    """Send a stranger to the login page, in the way that suits who asked."""
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    target = url_for("signing.login", next=here)
    if request.headers.get("HX-Request"):
        came_from = _local(request.headers.get("HX-Current-URL", ""))
        return "", 401, {"HX-Redirect": url_for("signing.login", next=came_from)}
    if request.accept_mimetypes.best == "application/json":
        return jsonify(detail=gettext("登录已过期，请重新登录。")), 401
    return redirect(target)


@bp.get("/")
def home() -> ResponseReturnValue:
    """Start where the person's work is."""
    return redirect(_first_page())


@bp.get("/login")
def login() -> ResponseReturnValue:
    """Ask for name and password."""
    if current_user.is_authenticated:
        return redirect(_next())
    wanted = request.args.get("next", "")
    return render_template("login.html", next=wanted, why=_why(wanted))


def _why(wanted: str) -> str:
    """Say why somebody who only wanted a page is asked to sign in."""
    if "_user_id" in session:  # Flask-Login's: there was a login
        return gettext("登录已过期，请重新登录，之后回到刚才的页面。")
    return gettext("请先登录，之后打开您要看的页面。") if _local(wanted) else ""


@bp.post("/login")
def sign_in() -> ResponseReturnValue:
    """Open a login."""
    username = request.form.get("username", "").strip()
    try:
        password, address = request.form.get("password", ""), request.remote_addr
        token, _login = accounts.sign_in(username, password, kind="web", address=address)
    except LoginRefused as refusal:
        page = render_template(
            "login.html", next=request.form.get("next", ""), username=username, fault=say(refusal)
        )
        return page, status_of(refusal)
    session.clear()
    actor = accounts.signed_in(token)
    if actor is None:
        return redirect(url_for("signing.login"))
    login_user(SignedIn(token, actor))
    g.actor = actor
    if actor.locale in LOCALES:
        session["locale"] = actor.locale
    return redirect(_next())


@bp.post("/logout")
def sign_out() -> ResponseReturnValue:
    """End the login."""
    accounts.sign_out(current_user.token)
    logout_user()
    session.clear()
    return redirect(url_for("signing.login"))


@bp.post("/locale")
def choose_locale() -> ResponseReturnValue:
    """Speak the chosen language from now on."""
    chosen = request.form.get("locale", "")
    if chosen in LOCALES:
        session["locale"] = chosen
        if "actor" in g:
            accounts.choose_locale(g.actor.id, chosen)
    return redirect(_next())


def _next() -> str:
    """Return where to go on: a page of ours, or where the person's work is."""
    return _local(request.values.get("next", "")) or _first_page()


def _first_page() -> str:
    """Return the inbox, or where those start who only draw, only mend, or watch."""
    if "actor" in g and overview.draws_only(g.actor):
        return url_for("designer.home")
    if "actor" in g and incidents.mends_only(g.actor):
        return url_for("incidents.page")
    if "actor" in g and rights.reads(g.actor):
        return url_for("admin.people")
    watches = "actor" in g and g.actor.has(Role.CHIEF, Role.COMMITTEE)
    return url_for("monitor.overview" if watches else "inbox.page")


def _local(url: str) -> str | None:
    """Return the path of *url* if it is a page of ours; never another host."""
    url = url.removeprefix(request.host_url.rstrip("/"))
    strange = not url.startswith("/") or url.startswith(("//", "/\\", "/login", "/logout"))
    return None if strange or not url.isprintable() else url
