from __future__ import annotations

import ast
import pickle
import re
import shutil
from pathlib import Path

import pytest

from pipeline.curation.policies import Policy
from pipeline.errors import InputError, LexiconError, MissingDependencyError, UsageError
from pipeline.reading import registry
from pipeline.running import engines
from pipeline.running.engines import Engines, reader_names


def test_settings_that_change_results_change_the_hash() -> None:
    settings = {
        Engines(policy, readers).config()
        for policy in Policy
        for readers in ((), ("tesseract",), ("ppocr",), ("tesseract", "ppocr"))
    }
    assert len(settings) == 4 * len(Policy)
    assert Engines(Policy.UNION, (), refresh=True).config() not in settings
    # The place of the lexicon changes nothing; its content is among the versions.
    here, there = (Engines(Policy.UNION, (), Path(name)) for name in "ab")
    assert here.config() == there.config()


def test_a_changed_lexicon_is_another_version_wherever_it_lies(tmp_path: Path) -> None:
    def version(name: str, content: str) -> str:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "terms.tsv").write_text(content)
        (folder / "README.md").write_text(f"notes on {name}")
        return Engines(Policy.UNION, (), folder).probe().naming["lexicon"]

    assert version("a", "TP53") == version("b", "TP53") != version("c", "EGFR")


def test_probing_loads_no_engine_and_names_all_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "probe", lambda kind: registry.Probe(kind, True, "7"))
    engines = Engines(Policy.UNION, ("tesseract", "ppocr"))
    monkeypatch.setattr(Engines, "reader", None)
    monkeypatch.setattr(Engines, "namer", None)
    versions = engines.probe()
    assert set(versions.naming) == {"pfcurate", "naming code", "lexicon", "models", "spacy"}
    assert {"reading code", "reading data", "readers", "tesseract", "ppocr"} < set(versions.reading)
    assert versions.all["ppocr"] == "7"


def test_a_reader_that_is_missing_is_told_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    probe = registry.Probe("ppocr", False, detail="no weights", remedy="Get them")
    monkeypatch.setattr(registry, "probe", lambda kind: probe)
    with pytest.raises(MissingDependencyError, match=r"reader ppocr: no weights\. Get them"):
        Engines(Policy.UNION, ("ppocr",)).probe()


@pytest.mark.parametrize("readers", ["nonsense", "ppocr,ppocr"])
def test_a_list_of_readers_that_makes_no_sense_is_a_usage_error(readers: str) -> None:
    with pytest.raises(UsageError):
        Engines(Policy.UNION, reader_names(readers)).probe()


def test_no_reader_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="--readers"):
        reader_names(" , ")


def test_a_missing_lexicon_is_named(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="no-such"):
        Engines(Policy.UNION, (), tmp_path / "no-such").probe()


def test_engines_travel_to_workers() -> None:
    engines = Engines(Policy.REPLACE, ("ppocr",), Path("lexicon"))
    assert pickle.loads(pickle.dumps(engines)) == engines


def test_another_collection_of_diseases_is_another_version(tmp_path: Path) -> None:
    sets = tmp_path / "d.gmt"
    sets.write_text("A\tnone\tTP53\n", "utf-8")
    engines = Engines(Policy.UNION, (), disease_sets=sets)
    first = engines.probe()
    assert first.naming["disease sets"]
    sets.write_text("A\tnone\tEGFR\n", "utf-8")
    assert engines.probe() != first
    assert "disease sets" not in Engines(Policy.UNION, ()).probe().all
    with pytest.raises(InputError, match="cannot be read"):
        Engines(Policy.UNION, (), disease_sets=tmp_path).probe()


def test_rules_of_titles_are_settings() -> None:
    configs = {Engines(Policy.UNION, (), title_rules=rules).config() for rules in ((), ("greek",))}
    assert len(configs) == 2


def test_lines_depend_on_pixels_and_readers_alone(tmp_path: Path) -> None:
    """A change of names, settings or curated data must not have anything read again."""
    (tmp_path / "terms.tsv").write_text("TP53")
    plain = Engines(Policy.UNION, ()).probe()
    for other in (Engines(Policy.REPLACE, (), refresh=True), Engines(Policy.UNION, (), tmp_path)):
        assert other.probe().reading_hash() == plain.reading_hash()
    assert Engines(Policy.UNION, (), tmp_path).probe().all != plain.all


def test_reading_imports_nothing_that_its_versions_leave_out(root: Path) -> None:
    """Stored lines would pass for new ones if reading depended on the lexicon, say."""
    packages = {*engines._READING, "types", "errors", "resources"}
    for name in engines._READING:
        for path in (root / "pipeline" / name).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                if isinstance(node, ast.Import):
                    modules = [alias.name for alias in node.names]
                counted = {f"pipeline.{m[:-3].replace('/', '.')}" for m in engines._READING_MODULES}
                outside = [m for m in modules if m.startswith("pipeline.") and m not in counted]
                ours = {m.split(".")[1] for m in outside}
                assert ours <= packages, path
            used = set(re.findall(r"models_dir\(\) / \"(\w+)\"", path.read_text("utf-8")))
            assert used <= set(engines._READING_DATA), path


@pytest.mark.parametrize(("package", "layer"), [("reading", "reading"), ("naming", "naming")])
def test_code_counts_by_its_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, layer: str
) -> None:
    shutil.copytree(engines._PACKAGE, tmp_path / "pipeline")
    monkeypatch.setattr(engines, "_PACKAGE", tmp_path / "pipeline")
    probe = Engines(Policy.UNION, ()).probe
    before = probe()
    (tmp_path / "pipeline" / package / "new.pyc").write_bytes(b"compiled")
    assert probe() == before
    (tmp_path / "pipeline" / package / "new.py").write_text("RULE = 2\n")
    after = probe()
    assert (after.reading != before.reading) == (layer == "reading")
    assert (after.naming != before.naming) == (layer == "naming")


def test_every_file_among_the_models_counts_for_one_layer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "probe", lambda kind: registry.Probe(kind, True, "7"))
    shutil.copytree(engines.models_dir(), tmp_path / "models")
    monkeypatch.setattr(engines, "models_dir", lambda: tmp_path / "models")
    probe = Engines(Policy.UNION, ("ppocr",)).probe
    for path in sorted((tmp_path / "models").rglob("*")):
        if path.suffix == ".md" or path.is_dir():
            continue
        before = probe()
        path.write_bytes(path.read_bytes() + b"\n")
        after = probe()
        reading = path.parent.name in engines._READING_DATA
        assert (after.reading != before.reading) == reading, path
        assert (after.naming != before.naming) != reading, path
