"""Sending a file into a conversation, and fetching one by its link."""

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Response, UploadFile
from fastapi.responses import FileResponse

from support.gateway.files import SHOWN_INLINE
from support.gateway.views import Signed
from support.web import Parts

router = APIRouter(tags=["chat"])


@router.post("/api/chat/conversations/{conversation_id}/files", status_code=202)
async def send_file(
    services: Parts,
    customer: Signed,
    conversation_id: str,
    client_id: Annotated[str, Form()],
    file: Annotated[UploadFile, File()],
) -> dict[str, Any]:
    """A picture, PDF or text as multipart `file` with `client_id`; the message holds its name and link."""
    await services.opening.of(customer, conversation_id)
    content = await file.read(services.files.limit + 1)
    name, link = await services.files.keep(file.filename, content)
    accepted = await services.reception.accept_file(conversation_id, client_id, f"{name}\n{link}")
    return accepted.message


@router.get("/files/{link}", include_in_schema=False)
async def fetch_file(services: Parts, link: str) -> Response:
    """Pictures are shown, anything else is downloaded; nothing is ever run."""
    stored = services.files.find(link)
    place = "inline" if stored.media_type in SHOWN_INLINE else "attachment"
    return FileResponse(stored.path, media_type=stored.media_type, filename=stored.name, content_disposition_type=place)
