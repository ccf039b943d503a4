"""The cloud assistant's service object, its documents and its envelope."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from cloudsim.protocol.call import Call
from cloudsim.protocol.routing import Service
from cloudsim.store.collection import Kind

Json = dict[str, Any]
ACTIONS = Kind("ca_action", indexed=("name",))
RUNS = Kind("ca_run", indexed=("actionId", "state"))
SERVICE = Service("ca", kinds=[ACTIONS, RUNS])
AGENT_VERSION = "4.2.0.1"
MAX_COMMAND = 16_384


class Command(BaseModel):
    """What is to be run."""

    type: Literal["SHELL", "POWERSHELL"] = "SHELL"
    content: Annotated[str, Field(min_length=1, max_length=MAX_COMMAND)]
    scope: Literal["INDIVIDUAL", "GLOBAL"] = "INDIVIDUAL"
    enableParameter: bool = False
    user: Annotated[str, Field(max_length=64)] = "root"
    workDir: Annotated[str, Field(max_length=512)] = "/root"


class Action(BaseModel):
    """A command with its name, or a reference to a saved one."""

    id: str | None = None
    ref: str | None = None
    type: Literal["COMMAND", "FILE_UPLOAD"] = "COMMAND"
    name: Annotated[str, Field(max_length=128)] = ""
    timeoutSecond: Annotated[int, Field(ge=1, le=86_400)] = 60
    command: Command | None = None


class Paging(BaseModel):
    """Page of a list."""

    action: Action | None = None
    pageNo: Annotated[int, Field(ge=1, le=10_000)] = 1
    pageSize: Annotated[int, Field(ge=1, le=100)] = 10


def answered(call: Call, result: Any) -> Json:
    """The envelope that this service alone puts around its answers."""
    return {"requestId": call.request_id, "code": "success", "message": "", "success": True, "result": result}


def paged(body: Paging, found: list[Json]) -> Json:
    """A page by number."""
    first = (body.pageNo - 1) * body.pageSize
    page = found[first : first + body.pageSize]
    return {"pageNo": body.pageNo, "pageSize": body.pageSize, "totalCount": len(found), "data": page}
