"""What labels of pathway figures name, as a biologist reads them."""

from __future__ import annotations

import pytest

from pipeline.naming.namer import Namer
from pipeline.types import Line, Source
from tests.naming.conftest import Naming

LISTS = {
    "MDA5/RIG-I": "IFIH1 RIGI",
    "STAT1/2": "STAT1 STAT2",
    "STAT1/STAT2": "STAT1 STAT2",
    "IL-1-3": "IL1A IL1B IL2 IL3",
    "IKKα/β": "CHUK IKBKB",
    "TLR7/8/9": "TLR7 TLR8 TLR9",
    "TLR 7/8": "TLR7 TLR8",
    "TLRs 2/4": "TLR2 TLR4",
    "TLR3, 7, 8 and 9": "TLR3 TLR7 TLR8 TLR9",
    "TLR3, 7, 8, and 9": "TLR3 TLR7 TLR8 TLR9",
    "SMAD2/3": "SMAD2 SMAD3",
    "SMAD2/3/4": "SMAD2 SMAD3 SMAD4",
    "Cathepsin A-D, F": "CTSA CTSB CTSC CTSD CTSF",
    "ERK 1/2": "MAPK1 MAPK3",
    "ERK1/2": "MAPK1 MAPK3",
    "MEK1/2": "MAP2K1 MAP2K2",
    "Akt1/2/3": "AKT1 AKT2 AKT3",
    "GSK 3α/β": "GSK3A GSK3B",
    "GSK-3α/β": "GSK3A GSK3B",
    "IL-1α,β": "IL1A IL1B",
    "IL-17A/F": "IL17A IL17F",
    "IL-4/IL-13": "IL4 IL13",
    "IL-6/IL-1β": "IL6 IL1B",
    "HIF-1α/2α": "HIF1A EPAS1",
    "STAT5A/B": "STAT5A STAT5B",
    "MICA/B": "MICA MICB",
    "VEGFA/B/C": "VEGFA VEGFB VEGFC",
    "pERK/pSTAT3": "MAPK1 MAPK3 STAT3",
    "DNMT3A/B": "DNMT3A DNMT3B",
    "Wnt3a/5a": "WNT3A WNT5A",
    "CXCL9/10/11": "CXCL9 CXCL10 CXCL11",
    "CD80/86": "CD80 CD86",
    "MMP-2/9": "MMP2 MMP9",
    "MMP-2/-9": "MMP2 MMP9",
    "caspase-3/7": "CASP3 CASP7",
    "caspase-3, -7": "CASP3 CASP7",
    "TβRI/II": "TGFBR1 TGFBR2",
    "TNFR1/2": "TNFRSF1A TNFRSF1B",
    "CDK4/6": "CDK4 CDK6",
    "Gli1-3": "GLI1 GLI2 GLI3",
    "IFNAR1/2": "IFNAR1 IFNAR2",
    "miR-29a/b/c": "MIR29A MIR29B1 MIR29B2 MIR29C",
    "miR-15a/16": "MIR15A MIR16-1 MIR16-2",
    "TLR718": "TLR7 TLR8",
    "STAT1-STAT2": "STAT1 STAT2",
    "JAK1Tyk2": "JAK1 TYK2",
    "p50/p65": "NFKB1 RELA",
    "Bcl-2/Bcl-xL": "BCL2 BCL2L1",
    "pSMAD2/3": "SMAD2 SMAD3",
    "p-ERK1/2": "MAPK1 MAPK3",
}

ONE_GENE = {
    # hyphens and digits that are no list
    "NKX3-1": "NKX3-1",
    "IL-13": "IL13",
    "IL-1": "IL1A IL1B",
    "IL 10": "IL10",
    "PD-L1": "CD274",
    "4-1BB": "TNFRSF9",
    "4E-BP1": "EIF4EBP1",
    "HO-1": "HMOX1",
    "14-3-3": "SFN YWHAB YWHAE YWHAG YWHAH YWHAQ YWHAZ",
    "14-3-3ζ": "YWHAZ",
    "14-3-3σ": "SFN",
    # modifiers before and behind
    "p-AKT1": "AKT1",
    "phospho-STAT3": "STAT3",
    "pSTAT3": "STAT3",
    "STAT3-P": "STAT3",
    "pERK": "MAPK1 MAPK3",
    "p-ERK": "MAPK1 MAPK3",
    "PERK": "EIF2AK3",
    "p-PERK": "EIF2AK3",
    "p-p65": "RELA",
    "p-p53": "TP53",
    "p-eIF2α": "EIF2S1",
    "Ras-GTP": "HRAS KRAS NRAS",
    "Rac1-GDP": "RAC1",
    "GTP-Rac1": "RAC1",
    "IL-6 mRNA": "IL6",
    "XBP1s": "XBP1",
    "XBP1u": "XBP1",
    "XBP1(S)": "XBP1",
    "tBid": "BID",
    "GFP-LAMP1": "LAMP1",
    "CD4+": "CD4",
    # microRNAs
    "miR-21": "MIR21",
    "mir21": "MIR21",
    "hsa-miR-21": "MIR21",
    "miR-200a-3p": "MIR200A",
    "miR-155-5p": "MIR155",
    "miR-200": "MIR200A MIR200B MIR200C",
    "miR-16": "MIR16-1 MIR16-2",
    "miR-1": "MIR1-1 MIR1-2",
    "miR-9": "MIR9-1 MIR9-2 MIR9-3",
    "let-7g": "MIRLET7G",
    "let-7a": "MIRLET7A1 MIRLET7A2 MIRLET7A3",
    # Greek letters and Roman numerals
    "TNFRI": "TNFRSF1A",
    "TNF-RII": "TNFRSF1B",
    "TGFβRII": "TGFBR2",
    "TGF-βRI": "TGFBR1",
    "BMPRII": "BMPR2",
    "APOA-II": "APOA2",
    "apoA-I": "APOA1",
    "IFN-γ": "IFNG",
    "IFN-gamma": "IFNG",
    "IFN-y": "IFNG",
    "IFNγR1": "IFNGR1",
    "IL-1β": "IL1B",
    "IL-1b": "IL1B",
    "IL-2Rα": "IL2RA",
    "TNF-a": "TNF",
    "TGF-β1": "TGFB1",
    "PPARy": "PPARG",
    "PGC-1a": "PPARGC1A",
    "PKCδ": "PRKCD",
    "PKC-theta": "PRKCQ",
    "IκBα": "NFKBIA",
    "IKKγ": "IKBKG",
    "IRE1α": "ERN1",
    "IREIα": "ERN1",
    "TBKI": "TBK1",
    "elF4E": "EIF4E",
    # names of proteins and of other usage
    "occludin": "OCLN",
    "vimentin": "VIM",
    "caspase 3": "CASP3",
    "Caspase-8": "CASP8",
    "E-cadherin": "CDH1",
    "β-catenin": "CTNNB1",
    "cyclin D1": "CCND1",
    "CyclinD1": "CCND1",
    "cytochrome c": "CYCS",
    "Cyt c": "CYCS",
    "insulin": "INS",
    "α-SMA": "ACTA2",
    "p53": "TP53",
    "p65": "RELA",
    "p21": "CDKN1A",
    "p16INK4a": "CDKN2A",
    "gp130": "IL6ST",
    "c-Myc": "MYC",
    "c-Jun": "JUN",
    "HER2": "ERBB2",
    "MyD88": "MYD88",
    "cGAS": "CGAS",
    "STING": "STING1",
    "TAK1": "MAP3K7",
    "LKB1": "STK11",
    "Nrf2": "NFE2L2",
    "CHOP": "DDIT3",
    "GRP78": "HSPA5",
    "RORγt": "RORC",
    "mTOR": "MTOR",
    "Bcl-xL": "BCL2L1",
    "COX-2": "PTGS2",
    "iNOS": "NOS2",
    "FasL": "FASLG",
    "TRAIL": "TNFSF10",
    "Notch1": "NOTCH1",
    "Kir6.2": "KCNJ11",
    # approved symbols that are English words, printed as symbols
    "KIT": "KIT",
    "MET": "MET",
}

FAMILIES = {
    "AKT": "AKT1 AKT2 AKT3",
    "p38": "MAPK11 MAPK12 MAPK13 MAPK14",
    "JNK": "MAPK8 MAPK9 MAPK10",
    "PI3K": "PIK3CA PIK3CB PIK3R1",
    "NF-κB": "NFKB1 NFKB2 REL RELA RELB",
    "NF-kB": "NFKB1 NFKB2 REL RELA RELB",
    "NFkappaB": "NFKB1 NFKB2 REL RELA RELB",
    "IκB": "NFKBIA NFKBIB NFKBIE",
    "IKK": "CHUK IKBKB IKBKG",
    "Ras": "HRAS KRAS NRAS",
    "STATs": "STAT1 STAT3 STAT6",
    "TLRs": "TLR2 TLR4 TLR9",
    "Smads": "SMAD2 SMAD3 SMAD4",
    "AMPK": "PRKAA1 PRKAA2",
    "PKC": "PRKCA PRKCB PRKCD",
    "PKA": "PRKACA PRKACB",
    "AP-1": "FOS JUN",
    "Wnt": "WNT1 WNT3A",
    "Notch": "NOTCH1 NOTCH2 NOTCH3 NOTCH4",
    "MHC class II": "HLA-DRA HLA-DRB1",
    "mTORC1": "MTOR RPTOR",
    "IFN-α/β": "IFNA1 IFNA2 IFNB1",
    "type I IFN": "IFNA1 IFNB1",
    "ROCKs": "ROCK1 ROCK2",
    "calcineurin": "PPP3CA PPP3CB",
    "LC3-II": "MAP1LC3A MAP1LC3B",
    "LC3-I/II": "MAP1LC3A MAP1LC3B",
    "CPT1": "CPT1A CPT1B CPT1C",
}

TRAPS = [
    *("LPS", "ECM", "ER", "DNA", "ATP", "ROS", "RNA", "NO", "cAMP", "Ca2+", "PGE2", "LDL", "GTP"),
    *("rest", "set", "cell", "mice", "impact", "the", "and", "for", "was", "fat", "can", "type I"),
    *("Cell", "Rest", "Set", "Large", "Cells", "Nucleus", "Day 1", "Step 1", "Stage 2", "Group 1"),
    *("EMT", "HIV", "NS1", "Th17", "Treg", "NK cell", "M1", "T cell", "B cell", "HeLa"),
    *("A", "B", "I", "II", "(a)", "1", "12", "1433", "3-4", "37°C", "p", "p-", "P", "+", "Fig. 1A"),
    *("Fig. 1", "Panel A", "Sepsis", "TESTIS", "Clamps", "THIS", "ANY", "Mg2+", "Ac", "HATs"),
    *("", " ", "-", "/", "//", "()", "→", "α", "β", "中文", "***"),
]


@pytest.mark.parametrize("label", LISTS)
def test_every_name_of_a_list_is_named(named: Naming, label: str) -> None:
    assert named(label) == set(LISTS[label].split())


@pytest.mark.parametrize("label", ONE_GENE)
def test_a_label_names_exactly_its_gene(named: Naming, label: str) -> None:
    assert named(label) == set(ONE_GENE[label].split())


@pytest.mark.parametrize("label", FAMILIES)
def test_a_family_label_names_the_family(namer: Namer, label: str) -> None:
    mentions = namer.name([Line(label)])
    assert {mention.entry.source for mention in mentions} == {Source.FAMILY}
    (family,) = {mention.entry.family for mention in mentions}
    (genes,) = {mention.entry.genes for mention in mentions}
    assert set(FAMILIES[label].split()) <= {gene.hgnc_symbol for gene in genes}
    assert mentions[0].entry.term == family


def test_members_of_another_family_are_not_named(named: Naming) -> None:
    assert "IFNG" not in named("IFN-α/β")
    assert "IKBKB" not in named("IκB")
    assert "NFKBIA" not in named("NF-κB")
    assert "MAPK1" not in named("p38")


@pytest.mark.parametrize("label", TRAPS)
def test_what_is_no_gene_is_not_named(named: Naming, label: str) -> None:
    assert named(label) == set()


@pytest.mark.parametrize(
    ("label", "pieces"),
    [
        ("PI3K/AKT/mTOR", [("PI3K", ()), ("AKT", ()), ("mTOR", ())]),
        ("p-STAT3 → BCL2", [("p-STAT3", ("phosphorylated",)), ("BCL2", ())]),
        ("STAT1/2", [("STAT1/2", ("list",))] * 2),
        ("LPS activates TLR4/MyD88", [("TLR4", ()), ("MyD88", ())]),
        ("(TNFα)", [("TNFα", ())]),
        ("IL-6, IL-8 & TNF", [("IL-6", ()), ("IL-8", ()), ("TNF", ())]),
    ],
)
def test_what_is_printed_and_which_rule_led_on(
    namer: Namer, label: str, pieces: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert [(m.text, m.rules) for m in namer.name([Line(label)])] == pieces


def test_the_end_of_one_name_and_the_start_of_the_next_are_no_name(named: Naming) -> None:
    assert named("STAT3 IL 6") == {"STAT3", "IL6"}
    assert "CCND1" not in named("cyclin A D1")
