"""The built web pages: `/` the chat page, `/widget.js`, `/desk/`; a clear page while they are not built."""

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from support.errors import NotFound
from support.web import Parts, request_language

router = APIRouter(include_in_schema=False)
HASHED_FOLDER = "assets"
FOR_A_YEAR = "public, max-age=31536000, immutable"


@router.get("/desk")
async def desk_without_slash() -> Response:
    return RedirectResponse("/desk/", 308)


@router.get("/{path:path}")
async def page(request: Request, services: Parts, path: str) -> Response:
    """A file of web/dist; below /desk/ every unknown path is the desk's page, which routes by itself."""
    if path.startswith(("api/", "internal/")):
        raise NotFound("not_found")
    folder = services.settings.web_dir
    if not (folder / "index.html").is_file():
        text = services.texts("web_not_built", request_language(request))
        return HTMLResponse(f"<!doctype html><meta charset=utf-8><title>503</title><p>{text}</p>", 503)
    file = _file(folder, path)
    if file is None:
        raise NotFound("not_found")
    hashed = HASHED_FOLDER in file.relative_to(folder).parts
    return FileResponse(file, headers={"Cache-Control": FOR_A_YEAR if hashed else "no-cache"})


def _file(folder: Path, path: str) -> Path | None:
    """The file for a path, never one outside the folder."""
    if "\0" in path:
        return None
    root = folder.resolve()
    candidates = [path, f"{path.rstrip('/')}/index.html" if path else "index.html"]
    if path.startswith("desk/") and "." not in path.rsplit("/", 1)[-1]:
        candidates.append("desk/index.html")
    for candidate in candidates:
        file = (root / candidate).resolve()
        if file.is_relative_to(root) and file.is_file():
            return file
    return None
