"""What the server refuses, and what it sends along with every answer."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest

from pipeline.curation.decision_files import load_decisions
from pipeline.errors import InputError, UsageError
from pipeline.review.safety import MAX_BODY
from pipeline.review.server import prepare
from pipeline.running.writing import Output
from tests.review.runs import CYCLE, ROOT, DrawnRun, serving


class Client:
    """Sends requests as they are, with nothing put right."""

    def __init__(self, address: str, run: DrawnRun) -> None:
        parts = urlsplit(address)
        self.host, self.root, self.run = parts.netloc, parts.path, run

    def ask(
        self,
        path: str,
        method: str = "GET",
        form: dict[str, str] | bytes | None = None,
        **headers: str | None,
    ) -> tuple[int, str, dict[str, str]]:
        connection = http.client.HTTPConnection(self.host, timeout=30)
        sent = {"Host": self.host}
        if method == "POST":
            sent |= {"Origin": f"http://{self.host}", "Accept": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        body = urlencode(form).encode() if isinstance(form, dict) else form
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in sent.items():
            if value is not None:
                connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        connection.close()
        return answer.status, text, {k.lower(): v for k, v in answer.getheaders()}

    def figure(self, figid: str = CYCLE) -> str:
        return f"{self.root}figure/{figid}"

    def first(self) -> str:
        """The key of the first label of a figure."""
        text = self.ask(self.figure())[1]
        return text.partition('data-key="')[2].partition('"')[0]


@pytest.fixture
def client(run: DrawnRun) -> Iterator[Client]:
    with serving(run.output) as address:
        yield Client(address, run)


def test_the_page_answers_with_a_strict_policy(client: Client) -> None:
    for path in (client.root, client.figure(), f"{client.root}static/review.js"):
        status, _, headers = client.ask(path)
        assert status == 200
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    _, text, _ = client.ask(client.figure())
    assert "style=" not in text
    assert text.count("<script") == text.count("<script src=")


@pytest.mark.parametrize(
    "path", ["/", "/static/review.js", "/x/", "/x/figure/y", "//", "/../", "x"]
)
def test_without_the_token_nothing_is_answered(client: Client, path: str) -> None:
    status, text, _ = client.ask(path)
    assert status == 403
    assert text.startswith("Refused")


def test_a_token_that_is_nearly_right_is_wrong(client: Client) -> None:
    token = client.root.strip("/")
    for near in (token[:-1], f"{token}x", token.swapcase(), f"{token}%00"):
        assert client.ask(f"/{near}/")[0] == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "", None])
def test_a_foreign_host_is_refused(client: Client, host: str | None) -> None:
    assert client.ask(client.root, Host=host)[0] in (400, 403)


def test_localhost_is_the_same_machine(client: Client) -> None:
    port = client.host.rpartition(":")[2]
    assert client.ask(client.root, Host=f"localhost:{port}")[0] == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:1", ""])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_foreign_origin_is_refused(client: Client, origin: str, method: str) -> None:
    form = {"do": "accept", "item": client.first(), "stamp": ""} if method == "POST" else None
    status, _, _ = client.ask(client.figure(), method, form, Origin=origin)
    assert status == 403
    assert load_decisions(client.run.output.decisions) == {}


def test_a_change_says_where_it_comes_from(client: Client) -> None:
    form = {"do": "accept", "item": client.first(), "stamp": ""}
    assert client.ask(client.figure(), "POST", form, Origin=None)[0] == 403
    assert client.ask(client.figure(), "POST", form, Sec_Fetch_Site="cross-site")[0] == 403
    assert client.ask(client.root, Sec_Fetch_Site="cross-site")[0] == 403
    assert load_decisions(client.run.output.decisions) == {}
    assert client.ask(client.figure(), "POST", form, Sec_Fetch_Site="same-origin")[0] == 200
    assert len(load_decisions(client.run.output.decisions)[CYCLE].made) == 1


@pytest.mark.parametrize(
    "path",
    [
        "figure/../../../etc/passwd",
        "figure/..%2f..%2frun.db",
        "image/..%2f..%2f..%2fetc%2fpasswd",
        "image/%2e%2e",
        "static/../app.py",
        "static/..%2fapp.py",
        "static/%2e%2e%5capp.py",
        "static/app.py",
        "thumb/%2fetc%2fpasswd",
        "image/run.db",
        "figure/nowhere",
        "decisions/FIXTURE002__cell-cycle.yaml",
    ],
)
def test_no_path_reaches_the_file_system(client: Client, path: str) -> None:
    status, text, _ = client.ask(client.root + path)
    assert status in (403, 404)
    assert "root:" not in text
    assert "import" not in text
    assert "SQLite" not in text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT"])
def test_other_methods_are_refused(client: Client, method: str) -> None:
    assert client.ask(client.root, method)[0] == 405


def test_a_large_body_is_refused(client: Client) -> None:
    assert client.ask(client.figure(), "POST", b"x" * (MAX_BODY + 1))[0] == 413
    status, _, _ = client.ask(client.figure(), "POST", b"", Transfer_Encoding="chunked")
    assert status in (400, 413)


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 409),
        ({"do": "accept"}, 409),
        ({"do": "accept", "item": "0123456789ab"}, 409),
        ({"do": "eat", "item": "first"}, 400),
        ({"do": "choose", "item": "first", "choice": "gene:NOSUCHGENE"}, 400),
        ({"do": "choose", "item": "first", "choice": "../../etc"}, 400),
        ({"do": "choose", "item": "first", "choice": "gene:TP53", "word": "a\u0000b"}, 400),
        ({"do": "choose", "item": "first", "choice": "gene:TP53", "word": "a" * 201}, 400),
        ({"do": "add", "choice": "gene:TP53", "word": "p53", "polygon": "1,2,x,4"}, 400),
        ({"do": "add", "choice": "gene:TP53", "word": "p53", "polygon": "1,2,-3,4"}, 400),
        ({"do": "add", "choice": "gene:TP53", "word": "p53", "polygon": "NaN,1,2,3"}, 400),
        ({"do": "add", "choice": "gene:TP53", "word": "p53", "polygon": "1e9,1,2,3"}, 400),
        ({"do": "add", "choice": "gene:TP53", "word": " "}, 400),
        ({"do": "verdict", "verdict": "nice"}, 400),
        ({"do": "undo"}, 400),
        ({"do": "accept", "item": "first", "stamp": "yesterday"}, 409),
    ],
)
def test_nonsense_is_answered_and_changes_nothing(
    client: Client, form: dict[str, str], status: int
) -> None:
    if form.get("item") == "first":
        form = {**form, "item": client.first()}
    answer, text, _ = client.ask(client.figure(), "POST", form)
    assert answer == status
    told = json.loads(text)
    assert told["message"]
    assert 'id="rows"' in told["panel"]
    assert load_decisions(client.run.output.decisions) == {}


def test_odd_addresses_and_forms_are_answered(client: Client) -> None:
    for page in ("0", "-1", "x", "9" * 6000, "²", "٣"):
        assert client.ask(f"{client.root}?page={quote(page)}")[0] == 200
    many = urlencode([(f"f{number}", "x") for number in range(99)]).encode()
    assert client.ask(client.figure(), "POST", many)[0] == 400
    assert client.ask(client.figure(), "POST", b"\xff\xfe=%ff")[0] == 409


def test_the_image_is_encoded_anew(client: Client) -> None:
    for what, kind in (("image", "image/png"), ("thumb", "image/jpeg")):
        status, text, headers = client.ask(f"{client.root}{what}/{CYCLE}")
        assert (status, headers["content-type"]) == (200, kind)
        assert text


def test_an_image_that_is_gone_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "stat", lambda self, **_: (_ for _ in ()).throw(OSError(2, "gone")))
    status, text, _ = client.ask(f"{client.root}image/{CYCLE}")
    assert (status, "gone" in text) == (404, True)


def test_malformed_decisions_are_told_with_the_file(client: Client) -> None:
    path = client.run.output.decisions / f"{CYCLE}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text("figid: [")
    status, text, _ = client.ask(client.figure())
    assert status == 404
    assert path.name in text
    status, text, _ = client.ask(f"{client.root}?show=failed")
    assert path.name in text
    status, _, _ = client.ask(client.figure(), "POST", {"do": "undo"})
    assert status == 404
    assert path.read_text() == "figid: ["


def test_figures_of_unusual_names_are_found(tmp_path: Path) -> None:
    figid = "α b+c@d=(e)~f, 100"
    run = DrawnRun(tmp_path, [CYCLE])
    image = tmp_path / f"{figid}.jpg"
    image.write_bytes(run.images.pop(CYCLE).read_bytes())
    run.images[figid] = image
    truth = (ROOT / "fixtures" / "truth" / f"{CYCLE}.json").read_bytes()
    run.lines_of(figid, json.loads(truth))
    run.curate(figid)
    run.run()
    with serving(run.output) as address:
        client = Client(address, run)
        page = client.ask(client.root)[1]
        link = page.partition('class="open" href="')[2].partition('"')[0]
        assert link.isascii()
        assert client.ask(link)[0] == 200
        assert client.ask(link.replace("/figure/", "/image/"))[0] == 200
        text = client.ask(link)[1]
        form = {"do": "accept", "item": text.partition('data-key="')[2][:12], "stamp": ""}
        assert client.ask(link, "POST", form)[0] == 200
    assert list(load_decisions(run.output.decisions)) == [figid]


def test_search(client: Client) -> None:
    status, text, _ = client.ask(f"{client.root}search?text=tp53&kind=gene")
    assert status == 200
    assert json.loads(text)[0]["id"] == "gene:TP53"
    for query in ("", "text=", "text=%00", "kind=x&text=p53", "text=" + "x" * 5000):
        assert client.ask(f"{client.root}search?{query}")[0] == 200


def test_two_pages_have_two_tokens_and_listen_on_this_machine_only(run: DrawnRun) -> None:
    one, two = prepare(run.output), prepare(run.output)
    assert one.address.rsplit("/", 2)[1] != two.address.rsplit("/", 2)[1]
    assert one.listener.getsockname()[0] == "127.0.0.1"
    with pytest.raises(UsageError, match="nothing can be served there"):
        prepare(run.output, port=one.listener.getsockname()[1])
    one.listener.close()
    two.listener.close()


def test_a_folder_without_a_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no run"):
        prepare(Output(tmp_path))
