"""Documents as tagged PDF (PDF/UA-1), drawn from HTML and files of our own, and nothing from the network.

The HTML is one whole document in the reader's language; its look is a style sheet among the static files. An app
renders its template and hands it to `pdf_of`.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import hashlib
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.staticfiles import finders

STYLE = "enlace/pdf.css"
OWN_HOST = "https://enlace.invalid"
KEPT = 400  # files; a practice has about 80 KB


class NoDrawingLibrary(RuntimeError):
    """Pango is not on this machine, so no PDF can be made."""


@cache
def is_possible() -> bool:
    """Whether this machine has the library that draws PDF; asked without loading the whole of it."""
    for name in ("libpango-1.0.so.0", ctypes.util.find_library("pango-1.0")):
        with suppress(OSError):
            if name and ctypes.CDLL(name):
                return True
    return False


def kept(html: str, style: str = STYLE) -> Path:
    """Where the PDF of this very document is kept: anything that changes makes another name."""
    look = Path(finders.find(style) or "").read_bytes()
    return _folder() / f"{hashlib.sha256(html.encode() + look).hexdigest()}.pdf"


def pdf_of(html: str, style: str = STYLE) -> bytes:
    """The PDF, drawn once and kept on disk. Raises NoDrawingLibrary where it cannot be drawn."""
    path = kept(html, style)
    with suppress(FileNotFoundError):
        content = path.read_bytes()
        path.touch()
        return content
    content = draw(html, style)
    half = path.with_suffix(f".{uuid4().hex}.half")
    half.write_bytes(content)
    half.rename(path)
    _forget_the_oldest()
    return content


def draw(html: str, style: str = STYLE) -> bytes:
    """The PDF, drawn now and kept nowhere. Raises NoDrawingLibrary where it cannot be drawn."""
    if not is_possible():
        raise NoDrawingLibrary
    # Imported here: it loads Pango, which not every machine has, and takes a second.
    import weasyprint
    from PIL import ImageFile
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    # It lets Pillow take half a picture for a whole one, everywhere in this process: uploads would pass.
    ImageFile.LOAD_TRUNCATED_IMAGES = False

    class OwnFilesOnly(URLFetcher):  # type: ignore[misc]
        """Static files of ours and inline data; no address of anybody else, no file of the machine."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            name = url.removeprefix(OWN_HOST + settings.STATIC_URL)
            found = finders.find(name) if name != url else None
            if not isinstance(found, str):
                raise ValueError("Only files of our own are read.")
            return URLFetcherResponse(url, Path(found).read_bytes())

    fetcher = OwnFilesOnly(allowed_protocols=("data",))
    look = weasyprint.CSS(filename=finders.find(style))
    document = weasyprint.HTML(string=html, base_url=f"{OWN_HOST}/", url_fetcher=fetcher)
    content: bytes = document.write_pdf(stylesheets=[look], pdf_variant="pdf/ua-1", full_fonts=False)
    return content


def _folder() -> Path:
    folder = Path(settings.VAR_DIR) / "pdf"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _forget_the_oldest() -> None:
    """Keep as many as KEPT, those that were asked for last."""
    files = sorted(_folder().glob("*.pdf"), key=_age)
    for path in files[: max(0, len(files) - KEPT)]:
        path.unlink(missing_ok=True)


def _age(path: Path) -> float:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime
    return 0.0
