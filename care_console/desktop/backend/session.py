"""Who is signed in, with the tokens in the system's keychain, and one refresh however many calls need it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from uuid import NAMESPACE_URL, uuid5

from pydantic import ValidationError

from care_console.contract.base import Request
from care_console.contract.problems import ProblemReply, ProblemType
from care_console.contract.roles import Permission, may
from care_console.contract.session import RefreshSession, SignedIn, SignIn, Staff
from care_console.desktop.backend.failures import BackendFailure, NotSent, Refused, SignInNeeded
from care_console.desktop.backend.proof import Proof
from care_console.desktop.backend.wire import Answer, Exchange, NotSignedIn, Wire, body_of
from care_console.desktop.changes import Announcement, Changes, LocalKind
from care_console.desktop.keychain import Keychain, KeychainUnavailable

T = TypeVar("T")
_log = logging.getLogger(__name__)
_PATH = "/v1/session"


class SessionState(StrEnum):
    """Whether somebody is signed in. `expired`: somebody was, and their work is kept until they are again."""

    SIGNED_OUT = "signed_out"
    SIGNED_IN = "signed_in"
    EXPIRED = "expired"


class Session:
    """The signed-in person. Every change of state or person is announced (SESSION, id = the state's word)."""

    def __init__(self, wire: Wire, keychain: Keychain, changes: Changes) -> None:
        self._wire = wire
        self._keychain = keychain
        self._changes = changes
        self._tokens: SignedIn | None = None
        self._state = SessionState.SIGNED_OUT
        self._refreshing: asyncio.Task[None] | None = None
        self._secret_name = f"session {wire.server}"
        self._proof = Proof()

    @property
    def state(self) -> SessionState:
        """Whether somebody is signed in."""
        return self._state

    @property
    def staff(self) -> Staff | None:
        """Who is, or (expired) was, signed in."""
        return self._tokens.staff if self._tokens else None

    @property
    def ends_at(self) -> datetime | None:
        """When the session ends whatever happens."""
        return self._tokens.session_ends_at if self._tokens else None

    def may(self, permission: Permission) -> bool:
        """Whether the person's role holds a permission; only for what to show, the service decides."""
        return self.staff is not None and may(self.staff.role, permission)

    async def restore(self) -> SessionState:
        """Take up the session that the keychain holds, if any."""
        try:
            kept = await self._keychain.read(self._secret_name)
        except KeychainUnavailable as failure:
            _log.warning("the keychain gives no session out (%s)", failure)
            return self._state
        if kept is not None and self._tokens is None:
            try:
                self._tokens = SignedIn.model_validate_json(kept)
            except ValidationError:
                _log.warning("the kept session cannot be read; it is forgotten")
                await self._keychain.forget(self._secret_name)
            else:
                self._become(SessionState.SIGNED_IN)
        return self._state

    async def sign_in(self, login: str, password: str) -> Staff:
        """Open a session. Raises Refused (wrong login or password, too many tries), NotSent, ..."""
        try:
            answer = await self._wire.send(_post(_PATH, SignIn(login=login, password=password)))
        except NotSignedIn as no:
            raise Refused(no.problem or _wrong_password()) from no
        tokens = SignedIn.model_validate_json(answer.content)
        await self._proof.hold(password)
        await self._take(tokens)
        return tokens.staff

    async def confirm(self, password: str) -> None:
        """Show that the person is still the one who signed in. The session goes on as a new one.

        Without the service, a password is held against the one that opened this session, where that was in
        this run of the desk. Raises Refused (wrong password), NotSent, SignInNeeded where nobody is there.
        """
        before = self._tokens
        if before is None:
            raise SignInNeeded(expired=False)
        try:
            await self.sign_in(before.staff.login, password)
        except NotSent:
            if not await self._proof.fits(password):
                raise
            return
        await self._close(before)

    def end(self) -> None:
        """The session is over by the clock, and the service cannot be asked."""
        if self._tokens is not None:
            self._expire(self._tokens)

    async def sign_out(self) -> None:
        """End the session here, and at the service where it can be reached."""
        tokens, self._tokens = self._tokens, None
        self._proof.forget()
        await self._keychain.forget(self._secret_name)
        self._become(SessionState.SIGNED_OUT)
        if tokens is not None:
            await self._close(tokens)

    async def _close(self, tokens: SignedIn) -> None:
        try:
            await self._wire.send(Exchange("DELETE", _PATH, headers=_bearer(tokens), changes=True))
        except (BackendFailure, NotSignedIn) as failure:
            _log.info("a session ended here; the service was not told (%s)", type(failure).__name__)

    async def call(self, exchange: Exchange) -> Answer:
        """Send as whoever is signed in; on a 401 renew the tokens once. Raises any BackendFailure."""
        return await self.through(exchange, self._wire.send)

    async def through(self, exchange: Exchange, send: Callable[[Exchange], Awaitable[T]]) -> T:
        """The same by another way of sending: ``Wire.download``."""
        tokens = self.usable_tokens()
        try:
            return await send(self.signed(exchange, tokens))
        except NotSignedIn:
            tokens = await self.renew(tokens)
        try:
            return await send(self.signed(exchange, tokens))
        except NotSignedIn as still:
            self._expire(tokens)
            raise SignInNeeded(expired=True) from still

    def usable_tokens(self) -> SignedIn:
        """The tokens to call with. Raises SignInNeeded."""
        if self._tokens is None or self._state is not SessionState.SIGNED_IN:
            raise SignInNeeded(expired=self._state is SessionState.EXPIRED)
        return self._tokens

    @staticmethod
    def signed(exchange: Exchange, tokens: SignedIn) -> Exchange:
        """The exchange with the person's token on it."""
        headers = {**(exchange.headers or {}), **_bearer(tokens)}
        return Exchange(
            exchange.method, exchange.path, exchange.body, exchange.params, headers, exchange.changes
        )

    async def renew(self, seen: SignedIn) -> SignedIn:
        """Tokens newer than those that the service just turned down. Raises SignInNeeded, NotSent, ...

        All who need it at once share one exchange, since a refresh token is good once; and it goes on when
        one of them is cancelled, since its answer holds the only token that is good next.
        """
        if self._tokens is seen:
            if self._refreshing is None or self._refreshing.done():
                self._refreshing = asyncio.create_task(self._refresh(seen), name="refresh the session")
            await asyncio.shield(self._refreshing)
        return self.usable_tokens()

    async def _refresh(self, seen: SignedIn) -> None:
        # The same token always carries the same key: an answer lost on the way can be asked for again.
        key = str(uuid5(NAMESPACE_URL, seen.refresh_token))
        request = _post(f"{_PATH}/refresh", RefreshSession(refresh_token=seen.refresh_token), key)
        try:
            answer = await self._wire.send(request)
        except (NotSignedIn, Refused) as no:
            self._expire(seen)
            raise SignInNeeded(expired=True) from no
        if self._tokens is seen:
            await self._take(SignedIn.model_validate_json(answer.content))

    async def _take(self, tokens: SignedIn) -> None:
        somebody_else = self.staff != tokens.staff
        self._tokens = tokens
        await self._keychain.write(self._secret_name, tokens.model_dump_json())
        self._become(SessionState.SIGNED_IN, news=somebody_else)

    def _expire(self, tokens: SignedIn) -> None:
        if self._tokens is tokens:
            self._become(SessionState.EXPIRED)

    def _become(self, state: SessionState, *, news: bool = False) -> None:
        if news or state is not self._state:
            self._state = state
            self._changes.announce(Announcement(LocalKind.SESSION, state.value))


def _post(path: str, body: Request, key: str | None = None) -> Exchange:
    headers = {"Idempotency-Key": key} if key else None
    return Exchange("POST", path, body_of(body.model_dump(mode="json")), headers=headers, changes=True)


def _bearer(tokens: SignedIn) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.access_token}"}


def _wrong_password() -> ProblemReply:
    return ProblemReply(
        type=ProblemType.SIGN_IN_FAILED.uri,
        title="Not signed in",
        status=401,
        detail="That login and password do not fit. Nobody was signed in; try again.",
    )
