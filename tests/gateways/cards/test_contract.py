"""The twin's own answers, and the judge: each of its endpoints and errors held against Stripe's document."""

from __future__ import annotations

import json

import httpx
import psycopg
import pytest

from tests.gateways.cards import stripe_schema
from tests.support.card_twin import CardTwin, card_twin

pytestmark = pytest.mark.asyncio


def judged(answer: httpx.Response) -> dict:
    """The body of an answer, once Stripe's document has nothing against it."""
    body = answer.json()
    path = answer.request.url.path
    wrong = stripe_schema.faults_of_answer(answer.request.method, path, answer.status_code, body)
    assert wrong == [], f"{answer.request.method} {path} {answer.status_code}: {json.dumps(body)}"
    return body


async def test_the_judge_finds_what_is_wrong(twin: CardTwin) -> None:
    refund = judged(await twin.call("POST", "/v1/refunds", payment_intent=await twin.paid(100)))
    for change in (
        {"amount": "1"},
        {"reason": "whim"},
        {"staus": "pending"},
        {"charge": 7},
        {"object": "refnd"},
    ):
        wrong = stripe_schema.faults_of_answer("GET", "/v1/refunds/re_1", 200, refund | change)
        assert wrong, change
    del refund["created"]
    assert stripe_schema.faults_of_answer("GET", "/v1/refunds/re_1", 200, refund)
    assert stripe_schema.faults_of_answer("GET", "/v1/refunds/re_1", 404, {"error": {"type": "whim"}})
    assert stripe_schema.faults_of_request("POST", "/v1/refunds", "payment_intent=pi_1&amount=ten")
    assert stripe_schema.faults_of_request("POST", "/v1/refunds", "payment_intnt=pi_1")
    assert stripe_schema.faults_of_request("POST", "/v1/refunds", "reason=goodwill")
    assert stripe_schema.faults_of_request("GET", "/v1/refunds", "limit=many")
    assert not stripe_schema.faults_of_request("POST", "/v1/refunds", "amount=1&metadata[a]=b")


async def test_every_endpoint_answers_as_stripe_does(twin: CardTwin) -> None:
    paid = {"amount": 1000, "currency": "usd", "confirm": "true"}
    intent = judged(
        await twin.call("POST", "/v1/payment_intents", payment_method="pm_card_amex", metadata__m="1", **paid)
    )
    assert (intent["status"], intent["metadata"]) == ("succeeded", {"m": "1"})
    assert judged(await twin.call("POST", "/v1/payment_intents", amount=1000, currency="usd"))["status"] == (
        "requires_payment_method"
    )
    assert judged(await twin.call("GET", f"/v1/payment_intents/{intent['id']}")) == intent
    refund = judged(
        await twin.call("POST", "/v1/refunds", charge=intent["latest_charge"], amount=400, reason="duplicate")
    )
    assert judged(await twin.call("GET", f"/v1/refunds/{refund['id']}")) == refund
    charge = judged(await twin.call("GET", f"/v1/charges/{intent['latest_charge']}"))
    assert (charge["amount_refunded"], charge["refunded"]) == (400, False)
    assert judged(await twin.call("GET", "/v1/charges", payment_intent=intent["id"]))["data"] == [charge]
    await twin.tell("/disputes", payment_intent=intent["id"])
    events = judged(await twin.call("GET", "/v1/events", limit=100))["data"]
    assert [event["type"] for event in events][::-1] == [
        "charge.succeeded",
        "payment_intent.succeeded",
        "refund.created",
        "charge.refunded",
        "charge.dispute.created",
    ]
    assert [fault for event in events for fault in stripe_schema.faults_of_object(event)] == []
    assert judged(await twin.call("GET", f"/v1/events/{events[0]['id']}")) == events[0]
    await twin.tell("/refunds/behaviour", outcome="requires_action")
    other = await twin.paid(100)
    waiting = judged(await twin.call("POST", "/v1/refunds", payment_intent=other))
    assert judged(await twin.call("POST", f"/v1/refunds/{waiting['id']}/cancel"))["status"] == "canceled"


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("method", "path", "fields", "status", "code"),
    [
        ("POST", "/v1/refunds", {}, 400, "parameter_missing"),
        ("POST", "/v1/refunds", {"payment_intent": "pi_none"}, 404, "resource_missing"),
        ("POST", "/v1/refunds", {"charge": "ch_none"}, 404, "resource_missing"),
        ("POST", "/v1/refunds", {"charge": "ch_none", "amount": "1.5"}, 400, "parameter_invalid_integer"),
        ("POST", "/v1/refunds", {"charge": "ch_none", "amount": 0}, 400, "parameter_invalid_integer"),
        ("POST", "/v1/refunds", {"charge": "ch_none", "reason": "goodwill"}, 400, None),
        ("POST", "/v1/refunds", {"charge": "ch_none", "colour": "red"}, 400, "parameter_unknown"),
        ("POST", "/v1/payment_intents", {"currency": "usd"}, 400, "parameter_missing"),
        ("GET", "/v1/refunds", {"payment_intent": "pi_none"}, 404, "resource_missing"),
        ("GET", "/v1/refunds", {"limit": 101}, 400, "parameter_invalid_integer"),
        ("GET", "/v1/refunds", {"starting_after": "re_none"}, 400, "resource_missing"),
        ("GET", "/v1/refunds/re_none", {}, 404, "resource_missing"),
        ("GET", "/v1/charges/ch_none", {}, 404, "resource_missing"),
        ("GET", "/v1/payment_intents/pi_none", {}, 404, "resource_missing"),
        ("GET", "/v1/events/evt_none", {}, 404, "resource_missing"),
        ("POST", "/v1/refunds/re_none/cancel", {}, 404, "resource_missing"),
    ],
)
async def test_errors_have_stripes_shape(
    shared_twin: CardTwin, method: str, path: str, fields: dict, status: int, code: str | None
) -> None:
    answer = await shared_twin.call(method, path, **fields)
    error = judged(answer)["error"]
    assert (answer.status_code, error["type"], error.get("code")) == (status, "invalid_request_error", code)


async def test_pages_go_both_ways(twin: CardTwin) -> None:
    ref = await twin.paid(1000)
    made = [
        (await twin.call("POST", "/v1/refunds", payment_intent=ref, amount=1)).json()["id"] for _ in range(5)
    ][::-1]

    async def page(**fields: str | int) -> tuple[list[str], bool]:
        body = judged(await twin.call("GET", "/v1/refunds", payment_intent=ref, **fields))
        return [one["id"] for one in body["data"]], body["has_more"]

    assert await page() == (made, False)
    assert await page(limit=2) == (made[:2], True)
    assert await page(limit=2, starting_after=made[1]) == (made[2:4], True)
    assert await page(limit=2, starting_after=made[3]) == (made[4:], False)
    assert await page(limit=2, ending_before=made[3]) == (made[1:3], True)
    assert await page(limit=3, ending_before=made[3]) == (made[:3], False)


async def test_nobody_gets_in_without_a_key(twin: CardTwin) -> None:
    async with httpx.AsyncClient(base_url=twin.url) as client:
        assert judged(await client.get("/v1/refunds"))["error"]["type"] == "invalid_request_error"
        assert (await client.get("/v1/refunds")).status_code == 401
        assert (await client.get("/v1/refunds", auth=("sk_test_1", ""))).status_code == 200
        live = await client.get("/v1/refunds", headers={"Authorization": "Bearer sk_live_1"})
        assert live.status_code == 401


async def test_control_says_what_it_does_not_understand(twin: CardTwin) -> None:
    async with httpx.AsyncClient(base_url=twin.url) as client:
        for path, told in (
            ("/faults", {"next": "earthquake"}),
            ("/clock", {}),
            ("/refunds/behaviour", {"outcome": "vanish"}),
            ("/webhooks/release", {"order": "sideways"}),
        ):
            answer = await client.post(path, json=told)
            assert (answer.status_code, "error" in answer.json()) == (400, True), path
        assert (await client.post("/refunds/re_none/settle", json={"status": "failed"})).status_code == 404


def _refund(connection: psycopg.Connection, cents: int, state: str, imported: str | None) -> None:
    connection.execute(
        "INSERT INTO refunds (id, charge_id, recipient_id, amount_cents, reason, state, requested_by,"
        " requested_at, imported_id) VALUES (gen_random_uuid(), 1, 1, %s, 'other', %s, 'ann', now(), %s)",
        (cents, state, imported),
    )


async def test_a_payment_of_the_services_database_is_known_and_what_is_refunded_of_it(
    database_url: str,
) -> None:
    with psycopg.connect(database_url) as connection:
        # Only what the twin reads; the messages and recipients that these would belong to are left out.
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "INSERT INTO charges (id, message_id, recipient_id, charged_at, amount_cents, method, brand,"
            " last4, status, processor_ref) OVERRIDING SYSTEM VALUE VALUES"
            " (1, 1, 1, now(), 1000, 'card', 'amex', '0005', 'succeeded', 'pi_old'),"
            " (2, 1, 1, now(), 1000, 'card', 'visa', '0002', 'failed', 'pi_declined')"
        )
        for cents, state, imported in (
            (200, "succeeded", "r1"),
            (100, "pending", "r2"),
            (50, "failed", "r3"),
        ):
            _refund(connection, cents, state, imported)
        _refund(connection, 400, "submitted", None)
    async with card_twin(knows_database=database_url) as twin:
        answer = await twin.call("POST", "/v1/refunds", payment_intent="pi_old", amount=800)
        assert "($7.00)" in judged(answer)["error"]["message"]
        assert (
            await twin.call("POST", "/v1/refunds", payment_intent="pi_old", amount=700)
        ).status_code == 200
        charge = judged(await twin.call("GET", "/v1/charges/ch_old"))
        assert (charge["amount_refunded"], charge["refunded"]) == (1000, True)
        card = charge["payment_method_details"]["card"]
        assert (card["brand"], card["last4"]) == ("amex", "0005")
        declined = await twin.call("POST", "/v1/refunds", payment_intent="pi_declined")
        assert "does not have a successful charge" in judged(declined)["error"]["message"]
        assert (await twin.call("GET", "/v1/payment_intents/pi_new")).status_code == 404
        assert (await twin.call("GET", "/v1/refunds", payment_intent="pi_declined")).json()["data"] == []
