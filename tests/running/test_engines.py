from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from pipeline.curation.policies import Policy
from pipeline.errors import InputError, LexiconError, MissingDependencyError, UsageError
from pipeline.reading import registry
from pipeline.running.engines import Engines, reader_names


def test_settings_that_change_results_change_the_hash() -> None:
    settings = {
        Engines(policy, readers).config()
        for policy in Policy
        for readers in ((), ("tesseract",), ("ppocr",), ("tesseract", "ppocr"))
    }
    assert len(settings) == 12
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
        return Engines(Policy.UNION, (), folder).probe()["lexicon"]

    assert version("a", "TP53") == version("b", "TP53") != version("c", "EGFR")


def test_probing_loads_no_engine_and_names_all_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "probe", lambda kind: registry.Probe(kind, True, "7"))
    engines = Engines(Policy.UNION, ("tesseract", "ppocr"))
    monkeypatch.setattr(Engines, "reader", None)
    monkeypatch.setattr(Engines, "namer", None)
    versions = engines.probe()
    assert set(versions) == {"pfcurate", "models", "tesseract", "ppocr"}
    assert versions["ppocr"] == "7"


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
    assert first["disease sets"]
    sets.write_text("A\tnone\tEGFR\n", "utf-8")
    assert engines.probe() != first
    assert "disease sets" not in Engines(Policy.UNION, ()).probe()
    with pytest.raises(InputError, match="cannot be read"):
        Engines(Policy.UNION, (), disease_sets=tmp_path).probe()


def test_rules_of_titles_are_settings() -> None:
    configs = {Engines(Policy.UNION, (), title_rules=rules).config() for rules in ((), ("greek",))}
    assert len(configs) == 2
