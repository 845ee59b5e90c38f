"""Templates and words of the pages, in English and Spanish, and the headers that every page carries."""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from care_console.contract.hours import CARE_PHONE
from care_console.contract.money import dollars
from care_console.contract.phone import display_phone
from care_console.resources import resource
from care_console.service.messages.words import day_en, day_es
from care_console.service.recipients.moments import length_said

LANGUAGES = ("en", "es")
ASSETS = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "tone.m4a": "audio/mp4",
}


@cache
def words(language: str) -> dict[str, Any]:
    """Everything that the pages say, in a language."""
    return tomllib.loads(resource("pages", f"words.{language}.toml").read_text(encoding="utf-8"))


@cache
def asset(name: str) -> bytes:
    """A file that pages need besides themselves."""
    return resource("pages", name).read_bytes()


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(resource("pages")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["asset"] = lambda name: f"/pages/{name}?v={hashlib.sha256(asset(name)).hexdigest()[:12]}"
    made.filters |= {"dollars": dollars, "length": length_said}
    return made


def language_of(request: Request, otherwise: str = "en") -> str:
    """The language that was chosen on the page, or the browser's first that we have."""
    chosen = request.query_params.get("lang")
    if chosen in LANGUAGES:
        return chosen
    wanted: list[tuple[float, str]] = []
    for one in request.headers.get("accept-language", "")[:200].split(","):
        name, _, weight = one.partition(";q=")
        try:
            wanted.append((-float(weight or 1), name.strip()[:2].lower()))
        except ValueError:
            continue
    wanted.sort(key=lambda one: one[0])
    return next((name for _, name in wanted if name in LANGUAGES), otherwise)


def page(request: Request, template: str, language: str, status: int = 200, **facts: Any) -> HTMLResponse:
    """A page. What is private is never stored by a browser or anything on the way."""
    chosen = request.query_params.get("lang") in LANGUAGES
    body = (
        _environment()
        .get_template(template)
        .render(
            w=words(language),
            lang=language,
            other="es" if language == "en" else "en",
            query=f"?lang={language}" if chosen else "",
            path=request.url.path,
            day=day_es if language == "es" else day_en,
            care=display_phone(CARE_PHONE),
            care_link=CARE_PHONE,
            **facts,
        )
    )
    return HTMLResponse(body, status, security_headers(request))


def security_headers(request: Request) -> dict[str, str]:
    """Nothing from elsewhere, nothing inline, no frame, no index, no trace of the address elsewhere.

    `same-origin`, not `no-referrer`: with that a browser would hide from us, too, where a form came from.
    """
    pays_at = request.app.state.services.cards.page_origin
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; media-src 'self'; "
        f"connect-src 'self'; form-action 'self' {pays_at}; base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": policy,
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow, noarchive",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Vary": "Accept-Language",
    }
