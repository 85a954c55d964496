"""The built files of the front end: which styles belong to an entry, and what browsers may keep."""

from __future__ import annotations

import json
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path

from flask import Flask, Response, current_app, request

from app.web.frame import asset


def styles(entry: str) -> list[str]:
    """Return the addresses of the styles that an entry of the build needs, its own last."""
    path = Path(current_app.static_folder or "") / "dist" / "manifest.json"
    return [asset(name) for name in _styles(path, path.stat().st_mtime_ns, entry)]


@lru_cache(maxsize=64)
def _styles(path: Path, _stamp: int, entry: str) -> tuple[str, ...]:
    chunks = json.loads(path.read_text(encoding="utf-8"))
    waiting = [key for key, chunk in chunks.items() if chunk.get("name") == entry]
    seen = dict.fromkeys(waiting)
    while waiting:
        needed = chunks[waiting.pop()].get("imports", ())
        waiting += [key for key in needed if key not in seen]
        seen |= dict.fromkeys(needed)
    return tuple(name for key in reversed(seen) for name in chunks[key].get("css", ()))


def init_app(app: Flask) -> None:
    """Give templates and their macros the built files, and let browsers keep them."""
    app.jinja_env.globals.update(styles=styles, asset=asset)

    @app.after_request
    def keep(response: Response) -> Response:
        """Have what is not named with its digest asked for anew each time.

        Built files import others by their bare names: those must never be older than they.
        """
        if request.endpoint != "static" or response.status_code not in _KEPT:
            return response
        if "v" in request.args:
            response.cache_control.immutable = True
        else:
            response.cache_control.max_age = None
            response.cache_control.no_cache = True
            response.cache_control.public = False
            response.headers.pop("Expires", None)
        return response


_KEPT = (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED)
