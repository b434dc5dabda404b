from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.naming.organisms import kinds_of, load_organisms, organisms


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("in mice and Human cells", ("Mus musculus", "Homo sapiens")),
        ("SARS-CoV-2, then SARS-CoV", (
            "Severe acute respiratory syndrome coronavirus 2",
            "Severe acute respiratory syndrome coronavirus",
        )),
        ("DROSOPHILA", ("Drosophila melanogaster",)),
        ("Saccharomyces cerevisiae (yeast)", ("Saccharomyces cerevisiae",)),
        ("CAT and RAT1", ()),  # genes
        ("hiv", ()),
        ("generation, crate, humane", ()),
        ("", ()),
    ],
)  # fmt: skip
def test_species_in_order_of_their_mention(text: str, names: tuple[str, ...]) -> None:
    assert organisms([text]) == names


def test_a_species_is_named_once() -> None:
    assert organisms(["mouse", "rat", "murine"]) == ("Mus musculus", "Rattus norvegicus")


def test_every_name_leads_to_its_species() -> None:
    species = load_organisms()
    for name, scientific in species.names.items():
        match = species.pattern.fullmatch(name)
        assert match, name
        assert organisms([name]) == (scientific,)


def test_the_list_is_checked(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="cannot be read"):
        load_organisms(tmp_path)
    (tmp_path / "organisms.tsv").write_text("Homo sapiens\tvertebrate\thuman\nno tab\n")
    with pytest.raises(LexiconError, match=r":2: is not"):
        load_organisms(tmp_path)


def test_mentions_are_counted_by_kind() -> None:
    assert kinds_of("E. coli in mice, E. coli and Arabidopsis; HIV-1") == {
        "bacterium": 2, "vertebrate": 1, "plant": 1, "virus": 1,
    }  # fmt: skip
