"""What keeps other programs and other pages out: one guard in front of the application.

The page is for one user of one machine. Who knows the token in the address may use it; a
page of another site, which the user's browser would carry requests for, may not.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 16 * 1024
"""Longest body of a request, in bytes; a decision has some hundred."""

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "img-src 'self'",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # The address holds the token; no other site is told it.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def new_token() -> str:
    """Return a token that nobody guesses: 192 random bits."""
    return secrets.token_urlsafe(24)


class Guard:
    """Lets requests through that come from the page itself.

    Args:
        app: the application.
        token: first segment of every path.
        hosts: ``host:port`` names that the server is reached by.
    """

    def __init__(self, app: ASGIApp, token: str, hosts: Iterable[str]) -> None:
        self._app = app
        self._token = token.encode("ascii")
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse, one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, _with_headers(send))
        else:
            response = PlainTextResponse(f"{refusal[1]}\n", refusal[0])
            await response(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Return status and reason of what must not be answered, or None."""
        headers: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
        host = headers.get("host", [])
        if len(host) != 1 or host[0] not in self._hosts:
            return 403, "Refused: this name is not one of this server's."
        method = scope["method"]
        if method not in ("GET", "HEAD", "POST"):
            return 405, "Refused: there is no such method here."
        origins = headers.get("origin", [])
        if any(origin != f"http://{host[0]}" for origin in origins):
            return 403, "Refused: the request comes from another site."
        if headers.get("sec-fetch-site", ["none"])[0] in ("cross-site", "same-site"):
            return 403, "Refused: the request comes from another site."
        if method == "POST" and not origins:
            return 403, "Refused: the request does not say where it comes from."
        path = scope["path"]
        if any(part in ("..", ".") for part in path.split("/")) or "\\" in path or "\0" in path:
            return 403, "Refused: this is no address of the page."
        given = path.partition("/")[2].partition("/")[0].encode("utf-8", "surrogatepass")
        if not secrets.compare_digest(given, self._token):
            return 403, "Refused: use the whole address that pfcurate review printed."
        length = headers.get("content-length", ["0"])[0]
        if not length.isdecimal() or int(length) > MAX_BODY or "transfer-encoding" in headers:
            return 413, "Refused: the request is too large."
        return None


def _with_headers(send: Send) -> Send:
    """Return ``send`` with the protective headers on every answer."""
    added = [(name.encode(), value.encode()) for name, value in HEADERS.items()]

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *added]
        await send(message)

    return sending
