"""Which figures there are, and which files belong to each."""

from __future__ import annotations

import glob
import os
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.curation.decision_files import SUFFIX
from pipeline.errors import InputError, PfcurateError
from pipeline.records.figid import printable, safe_figid
from pipeline.types import Figure, FigureError

IMAGE_SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".tif", ".tiff", ".gif", ".bmp", ".webp"))
RECORD_SUFFIXES = (".md",)
METADATA_SUFFIXES = (".yml", ".yaml")
#: Vision JSON comes before plain text, for it tells where the text stands.
TEXT_SUFFIXES = (".json", ".txt")


@dataclass(frozen=True, slots=True)
class Discovery:
    """The figures of a run.

    Attributes:
        figures: the figures, sorted by figid. Their files may be symbolic links, which are
            followed: read through them, and write only files of your own.
        problems: figures that cannot be run, with their figid as subject; one per figid.
        orphans: number of records in the folder of records that no figure belongs to.
    """

    figures: tuple[Figure, ...]
    problems: tuple[FigureError, ...]
    orphans: int = 0


def discover(
    images: Sequence[str | Path], records: Path | None = None, texts: Path | None = None
) -> Discovery:
    """Find the figures of a run.

    An image ``FIGID.EXT`` belongs with ``FIGID.md``, else with ``FIGID.yml`` or
    ``FIGID.yaml``, each looked for in ``records`` first and then beside the image.

    Args:
        images: image files, folders (their own images, not those of folders inside), and
            glob patterns, where ``**`` reaches into folders.
        records: folder of records and paper metadata.
        texts: folder of ``FIGID.json`` or ``FIGID.txt`` to use instead of pixels. Without
            ``images``, its files are the figures.

    Raises:
        InputError: a path given does not exist, cannot be listed, or holds no image.
    """
    for option, folder in (("--records", records), ("--text", texts)):
        if folder is not None and not folder.is_dir():
            raise InputError(folder, "there is no such folder", f"Correct {option}")
    if images:
        sources = _distinct(path for given in images for path in _images_of(given))
    elif texts is not None:
        sources = _distinct(_files(texts, TEXT_SUFFIXES))
    else:
        raise InputError("images", "no image was given", "Give image files, folders or globs")
    figures, problems = [], []
    siblings = _Siblings()
    for same in _by_figid(sources):
        figid = same[0].stem
        try:
            figures.append(_figure(figid, same, records, texts, siblings, is_text=not images))
        except PfcurateError as error:
            problems.append(
                FigureError(type(error).__name__, printable(figid), error.cause, error.remedy)
            )
    figures.sort(key=lambda figure: figure.figid)
    problems.sort(key=lambda problem: problem.subject)
    return Discovery(tuple(figures), tuple(problems), _count_orphans(records, sources))


def with_decisions(figures: Iterable[Figure], folder: Path) -> tuple[Figure, ...]:
    """Return the figures with the decisions that reviewers made about them.

    Args:
        figures: the figures.
        folder: ``OUT/decisions``; it need not be there.
    """
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    names = ((figure, f"{figure.figid}{SUFFIX}") for figure in figures)
    return tuple(
        replace(figure, decisions=folder / name) if name in there else figure
        for figure, name in names
    )


def _figure(
    figid: str,
    same: Sequence[Path],
    records: Path | None,
    texts: Path | None,
    siblings: _Siblings,
    *,
    is_text: bool,
) -> Figure:
    """Return the figure of the files ``same``, which must be one image, or its texts."""
    safe_figid(figid)
    if len({path.stem for path in same}) > 1 or (len(same) > 1 and not is_text):
        listed = ", ".join(printable(str(path)) for path in same)
        raise InputError(
            figid,
            f"{len(same)} files would be written as one figure: {listed}",
            "Rename all but one, or leave them out",
        )
    beside = [same[0].parent] if records is None else [records, same[0].parent]
    record = siblings.find(beside, figid, RECORD_SUFFIXES)
    return Figure(
        figid,
        image=None if is_text else same[0],
        record=record,
        metadata=None if record else siblings.find(beside, figid, METADATA_SUFFIXES),
        text=siblings.find([texts], figid, TEXT_SUFFIXES) if texts is not None else None,
    )


class _Siblings:
    """Finds files by their figid; lists each folder once, where that can be done."""

    def __init__(self) -> None:
        self._names: dict[Path, frozenset[str] | None] = {}

    def find(self, folders: Iterable[Path], figid: str, suffixes: Iterable[str]) -> Path | None:
        """Return the first file of that name.

        Raises:
            InputError: what has the name is a folder, or a link to nothing. Passing over it
                would start the figure's record anew.
        """
        for folder in folders:
            names = self._listed(folder)
            for suffix in suffixes:
                name = f"{figid}{suffix}"
                if names is not None and name not in names:
                    continue
                path = folder / name
                if path.is_file():
                    return path
                if path.exists() or path.is_symlink():
                    raise InputError(
                        figid, f"{path} is not a file that can be read", "Repair or remove it"
                    )
        return None

    def _listed(self, folder: Path) -> frozenset[str] | None:
        if folder not in self._names:
            try:
                self._names[folder] = frozenset(path.name for path in folder.iterdir())
            except OSError:  # its files may be read nevertheless
                self._names[folder] = None
        return self._names[folder]


def _images_of(given: str | Path) -> Iterator[Path]:
    """Yield the images that one argument names.

    Raises:
        InputError: there are none.
    """
    path = Path(given)
    if path.is_file():
        if path.suffix.lower() not in IMAGE_SUFFIXES:
            raise InputError(
                printable(str(path)),
                "its name is not that of an image",
                f"Give a file with one of {', '.join(sorted(IMAGE_SUFFIXES))}",
            )
        yield path
        return
    if path.is_dir():
        found = _files(path, IMAGE_SUFFIXES)
    elif glob.has_magic(str(given)):
        # A pattern also matches what stands beside the images; only images are meant.
        found = []
        # Path.glob takes no absolute patterns.
        for match in map(Path, sorted(glob.glob(str(given), recursive=True))):  # noqa: PTH207
            if match.is_dir():
                found.extend(_files(match, IMAGE_SUFFIXES))
            elif match.suffix.lower() in IMAGE_SUFFIXES:
                found.append(match)
    else:
        raise InputError(
            printable(str(path)), "there is no such file or folder", "Correct the path"
        )
    if not found:
        raise InputError(
            printable(str(path)),
            "it holds no image" if path.is_dir() else "it matches no image",
            f"Images end with one of {', '.join(sorted(IMAGE_SUFFIXES))}",
        )
    yield from found


def _files(folder: Path, suffixes: Collection[str]) -> list[Path]:
    """Return the files of a folder that end so and are not hidden, sorted.

    Links to nothing are among them: their figures are there and must be seen to fail.
    """
    try:
        return sorted(
            path
            for path in folder.iterdir()
            if path.suffix.lower() in suffixes
            and not path.name.startswith(".")
            and (path.is_file() or (path.is_symlink() and not path.exists()))
        )
    except OSError as error:
        raise InputError(
            printable(str(folder)),
            f"it cannot be listed ({error.strerror})",
            "Check its permissions",
        ) from error


def record_files(folder: Path, remedy: str) -> list[Path]:
    """Return the records of a folder in the order of their names.

    Raises:
        InputError: it cannot be listed or holds none; with that remedy.
    """
    try:
        paths = sorted(
            path
            for path in folder.iterdir()
            if path.suffix in RECORD_SUFFIXES and not path.name.startswith(".") and path.is_file()
        )
    except OSError as error:
        raise InputError(folder, f"it cannot be listed ({error.strerror})", remedy) from error
    if not paths:
        raise InputError(folder, "it holds no record FIGID.md", remedy)
    return paths


def _distinct(paths: Iterable[Path]) -> list[Path]:
    """Return the files without those named twice, as by a folder and by a pattern."""
    folders: dict[Path, str] = {}  # finding where a path leads costs a look at each part of it
    found = {}
    for path in paths:
        if path.parent not in folders:
            folders[path.parent] = os.path.realpath(path.parent)
        place = f"{folders[path.parent]}/{path.name}"
        found[path.name, os.path.realpath(path) if path.is_symlink() else place] = path
    return list(found.values())


def _by_figid(paths: Iterable[Path]) -> Iterable[list[Path]]:
    """Return the files in groups that some file system would give one file name."""
    groups: dict[str, list[Path]] = defaultdict(list)
    for path in paths:
        groups[unicodedata.normalize("NFC", path.stem).casefold()].append(path)
    return groups.values()


def _count_orphans(records: Path | None, sources: Iterable[Path]) -> int:
    if records is None:
        return 0
    figids = {path.stem for path in sources}
    return sum(path.stem not in figids for path in _files(records, RECORD_SUFFIXES))
