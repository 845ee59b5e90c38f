"""The hosted page, for trying it out: what Stripe's own page does, with test cards only."""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from care_console.service.gateways.cards.twin.sessions import CARDS, SAYS, pay, session
from care_console.service.gateways.cards.twin.state import Body, State
from care_console.service.gateways.cards.twin.webhooks import Postman
from care_console.service.gateways.cards.twin.wire import Refusal

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Pay</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:2rem auto;padding:0 1rem;color:#222;
background:#fff}}label{{display:block;margin:.8rem 0 .2rem}}input{{font:inherit;width:100%;padding:.6rem;
box-sizing:border-box;border:1px solid #767676}}button{{font:inherit;padding:.7rem 1rem;margin-top:1rem;
width:100%;background:#20438a;color:#fff;border:0}}.said{{color:#a30000}}a{{color:#20438a}}</style></head>
<body><main><p>Test payment page: no money moves here.</p><h1>{product}<br>{amount}</h1>{inner}
<p><a href="{back}">Go back without paying</a></p></main></body></html>"""

_FORM = """{said}<form method="post"><label for="number">Card number</label>
<input id="number" name="number" inputmode="numeric" autocomplete="off" required value="{number}">
<button>Pay {amount}</button></form>
<details><summary>Test cards</summary><ul>{cards}</ul></details>"""

_CHALLENGE = """<p>Your bank wants to know that this is you.</p><form method="post">
<input type="hidden" name="number" value="{number}">
<button name="bank" value="complete">Complete</button>
<button name="bank" value="fail">Fail</button></form>"""


class Hosted:
    """The page over a state file."""

    def __init__(self, state: State, postman: Postman) -> None:
        self._state = state
        self._postman = postman

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            Route("/c/pay/{id}", self._show, methods=["GET"]),
            Route("/c/pay/{id}", self._take, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        body = self._found(request)
        return self._answer(body, None, "") if body else HTMLResponse("There is no such page.", 404)

    async def _take(self, request: Request) -> Response:
        body = self._found(request)
        if body is None:
            return HTMLResponse("There is no such page.", 404)
        form = await request.form()
        number = "".join(filter(str.isdigit, str(form.get("number", ""))))
        bank = str(form.get("bank", ""))
        if bank == "fail":
            return self._answer(body, "authentication_failed", "")
        with self._state.transaction():
            said = pay(self._state, body["id"], number, bank == "complete")
        self._postman.wake()
        return self._answer(session(self._state, body["id"]), said, number)

    def _found(self, request: Request) -> Body | None:
        try:
            return session(self._state, request.path_params["id"])
        except Refusal:
            return None

    def _answer(self, body: Body, said: str | None, number: str) -> Response:
        if body["status"] == "complete":
            return RedirectResponse(body["success_url"].replace("{CHECKOUT_SESSION_ID}", body["id"]), 303)
        amount = f"${body['amount_total'] / 100:.2f}"
        if body["status"] == "expired":
            inner = "<p>This page has timed out. Nothing was paid.</p>"
        elif said == "asks_first":
            inner = _CHALLENGE.format(number=escape(number))
        else:
            told = f'<p class="said" role="alert">{escape(SAYS.get(said, said))}</p>' if said else ""
            cards = "".join(
                f"<li><code>{one}</code> {escape(card.decline or card.code or _what(one))}</li>"
                for one, card in CARDS.items()
            )
            inner = _FORM.format(said=told, amount=amount, cards=cards, number=escape(number))
        product = escape(self._state.setting(f"session:{body['id']}", {}).get("product", ""))
        back = escape(body["cancel_url"] or "/")
        return HTMLResponse(_PAGE.format(product=product, amount=amount, inner=inner, back=back))


def _what(number: str) -> str:
    card = CARDS[number]
    return (
        "asks for 3-D Secure"
        if card.asks_first
        else "is disputed"
        if card.disputed
        else f"pays ({card.brand})"
    )
