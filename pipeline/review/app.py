"""The application: addresses, and what answers them. Everything is rendered here.

Addresses begin with the token. A figure is looked up in the ledger by its id, and files are
opened by paths that the ledger holds: no path of a request reaches the file system.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from pipeline.curation.decisions import Kind, Verdict
from pipeline.errors import ImageError, InputError, PfcurateError, UsageError
from pipeline.review import keys
from pipeline.review.choices import Chooser
from pipeline.review.deciding import Clerk, ConflictError
from pipeline.review.items import State
from pipeline.review.pictures import Picture, Pictures
from pipeline.review.queue import PAGE, Entry, Filter, Order, Queue, Show, parse_filter
from pipeline.review.safety import MAX_BODY, Guard
from pipeline.review.sheet import Desk, Sheet
from pipeline.review.views import other_outlines, plain_outlines, sheet_view

_STATIC = {
    "review.css": "text/css",
    "review.js": "text/javascript",
    "stage.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}


class Page:
    """The handlers of one review; every one of them runs in a thread of its own.

    Args:
        desk: the figures.
        queue: their queue.
        reviewer: who decides.
        token: first segment of the addresses.
    """

    def __init__(self, desk: Desk, queue: Queue, reviewer: str, token: str) -> None:
        self._desk = desk
        self._queue = queue
        self._chooser = Chooser(desk.lexicon)
        self._clerk = Clerk(desk, self._chooser, reviewer)
        self._pictures = Pictures()
        self._root = f"/{token}"
        self._reviewer = reviewer
        self._templates = Environment(
            loader=PackageLoader("pipeline.review"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            root=self._root,
            key_groups=keys.groups(),
            key_map=json.dumps(keys.key_map()),
            verdicts=[v.value for v in Verdict if v],
            reviewer=reviewer,
        )
        self._templates.filters["figure"] = self._address
        folder = files("pipeline.review") / "static"
        self._static = {name: (folder / name).read_bytes() for name in _STATIC}

    def queue(self, request: Request) -> Response:
        """The list of figures."""
        fields = dict(request.query_params)
        shown = parse_filter(fields)
        entries = self._queue.entries()
        listed = shown.listed(entries)
        pages = max(1, -(-len(listed) // PAGE))
        wanted = fields.get("page", "")[:9]
        page = min(max(1, int(wanted) if wanted.isdecimal() else 1), pages)
        return self._render(
            "queue.html",
            request,
            entries=listed[(page - 1) * PAGE : page * PAGE],
            first=(page - 1) * PAGE + 1,
            found=len(listed),
            page=page,
            pages=pages,
            filter=shown,
            query=_query(shown),
            shows=list(Show),
            orders=list(Order),
            states=[s.value for s in State if s is not State.CONFIRMED],
            totals=_totals(entries),
            tabs={show.value: _query(Filter(show, shown.has, shown.text, shown.order))
                  for show in Show},
        )  # fmt: skip

    def figure(self, request: Request) -> Response:
        """One figure."""
        sheet = self._sheet(request)
        shown = parse_filter(dict(request.query_params))
        size = sheet.figure.size
        if size is None and sheet.figure.image is not None:
            try:
                size = self._pictures.figure(sheet.figure.image).size
            except ImageError:
                size = None
        return self._render(
            "figure.html",
            request,
            sheet=sheet,
            view=sheet_view(sheet, self._desk, self._chooser),
            outlines=plain_outlines(sheet),
            others=other_outlines(sheet),
            size=size,
            query=_query(shown),
            **self._neighbours(sheet.figid, shown),
        )

    async def decide(self, request: Request) -> Response:
        """Keep a decision; answer with the list of labels as it is now."""
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                raise HTTPException(413)
        text = body.decode("utf-8", "replace")
        try:
            form = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=20))
        except ValueError as error:
            raise HTTPException(400, "The form has too many fields.") from error
        return await run_in_threadpool(self._decide, request, form)

    def _decide(self, request: Request, form: Mapping[str, str]) -> Response:
        sheet = self._sheet(request)
        status, message, key = 200, "", ""
        try:
            key = self._clerk.keep(sheet, form)
        except ConflictError as error:
            status, message = 409, str(error)
        except UsageError as error:
            status, message = 400, str(error)
        except PfcurateError as error:
            status, message = 500, str(error)
        if "application/json" not in request.headers.get("accept", ""):
            if status != 200:
                return self._problem(request, status, message)
            back = f"{self._address(sheet.figid)}?{request.url.query}#i-{key}"
            return RedirectResponse(back, 303)
        now = self._sheet(request)
        view = sheet_view(now, self._desk, self._chooser)
        panel = self._templates.get_template("panel.html").render(
            sheet=now, view=view, action=self._address(now.figid)
        )
        answer = {"panel": panel, "key": key, "message": message, "done": view.done}
        return JSONResponse(answer, status)

    def search(self, request: Request) -> Response:
        """What a label can be made to stand for."""
        kind = request.query_params.get("kind", "")
        found = self._chooser.search(
            request.query_params.get("text", "")[:100], Kind(kind) if kind in list(Kind) else None
        )
        return JSONResponse([asdict(choice) for choice in found])

    def image(self, request: Request) -> Response:
        """The image of a figure."""
        return self._picture(request, small=False)

    def thumb(self, request: Request) -> Response:
        """A small picture of a figure."""
        return self._picture(request, small=True)

    def static(self, request: Request) -> Response:
        """One of the files that come with the page."""
        name = request.path_params["name"]
        if name not in self._static:
            raise HTTPException(404)
        headers = {"cache-control": "private, max-age=3600"}  # the token is new every time
        return Response(self._static[name], media_type=_STATIC[name], headers=headers)

    def failed(self, request: Request, error: Exception) -> Response:
        """Answer a request that failed: what the user asked for is not there, or our fault."""
        if isinstance(error, HTTPException):
            return self._problem(request, error.status_code, error.detail)
        if isinstance(error, InputError):
            return self._problem(request, 404, str(error))
        return self._problem(request, 500, str(error))

    def _problem(self, request: Request, status: int, message: str) -> Response:
        return self._render("problem.html", request, status=status, message=message)

    def _picture(self, request: Request, *, small: bool) -> Response:
        path = self._sheet_image(request)
        picture: Picture = self._pictures.thumb(path) if small else self._pictures.figure(path)
        headers = {"cache-control": "private, max-age=3600"}
        return Response(picture.data, media_type=picture.media_type, headers=headers)

    def _sheet_image(self, request: Request) -> Any:
        image = self._desk.figure(request.path_params["figid"]).image
        if image is None:
            raise HTTPException(404, "This figure came as text, without an image.")
        return image

    def _sheet(self, request: Request) -> Sheet:
        return self._desk.sheet(request.path_params["figid"])

    def _neighbours(self, figid: str, shown: Filter) -> dict[str, str]:
        """Return the figures before and after ``figid`` in the queue as it is filtered.

        A figure that the filter no longer lets through, because it was decided meanwhile,
        counts as where it stood.
        """
        entries = self._queue.entries()
        ids = [entry.figid for entry in shown.listed(entries)]
        if figid in ids:
            at = ids.index(figid)
            before, after = ids[:at], ids[at + 1 :]
        else:
            before, after = [], ids
        if shown.show is Show.OPEN and not after:
            after = before[:1]  # what is left of the queue is never at its end
        return {
            "previous": before[-1] if before else "",
            "next": after[0] if after else "",
        }

    def _address(self, figid: str, what: str = "figure") -> str:
        return f"{self._root}/{what}/{quote(figid, safe='')}"

    def _render(self, template: str, request: Request, **values: Any) -> Response:
        text = self._templates.get_template(template).render(**values)
        status = values.get("status", 200)
        return HTMLResponse(text, status, headers={"cache-control": "no-store"})


def create_app(
    desk: Desk, queue: Queue, *, token: str, hosts: Sequence[str], reviewer: str
) -> Starlette:
    """Return the application.

    Args:
        desk: the figures.
        queue: their queue.
        token: first segment of the addresses; see ``safety.new_token``.
        hosts: ``host:port`` names that the server is reached by.
        reviewer: who decides, for the decision files.
    """
    page = Page(desk, queue, reviewer, token)
    figure = f"/{token}/figure/{{figid}}"
    return Starlette(
        routes=[
            Route(f"/{token}/", page.queue),
            Route(figure, page.figure),
            Route(figure, page.decide, methods=["POST"]),
            Route(f"/{token}/search", page.search),
            Route(f"/{token}/image/{{figid}}", page.image),
            Route(f"/{token}/thumb/{{figid}}", page.thumb),
            Route(f"/{token}/static/{{name}}", page.static),
        ],
        middleware=[Middleware(Guard, token=token, hosts=hosts)],
        exception_handlers={HTTPException: page.failed, PfcurateError: page.failed},
    )


def _query(shown: Filter) -> str:
    fields = urlencode(shown.query())
    return f"?{fields}" if fields else ""


def _totals(entries: Sequence[Entry]) -> dict[str, int]:
    return {
        Show.OPEN.value: sum(not e.done and not e.problem for e in entries),
        Show.DONE.value: sum(e.done for e in entries),
        Show.FAILED.value: sum(bool(e.problem) for e in entries),
        Show.ALL.value: len(entries),
        "asks": sum(e.asks for e in entries),
        "left": sum(e.open for e in entries),
    }
