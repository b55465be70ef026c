"""Correction: Parameter Store refuses tags of a parameter that does not exist, and keys and values that no tag may have; the emulator takes all.

Can go when the emulator refuses the same with the same error codes.
"""

import unicodedata
from collections.abc import Callable
from typing import Any

import doors
from custom_resources import CustomResources

SSM = "ministack.services.ssm"
# Systems Manager API Reference, Tag: ^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$
PATTERN = "^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$"
SYMBOLS = "_.:/=+-@"
CATEGORIES = ("L", "Z", "N")
LENGTHS = {"Key": (1, 128), "Value": (0, 256)}
MOST_TAGS = 50  # Systems Manager User Guide, "Tagging parameters"

Handler = Callable[[dict[str, Any]], Any]


def install(_custom_resources: CustomResources) -> None:
    doors.put_in_place(f"{SSM}:_put_parameter", _checked_put)
    doors.put_in_place(f"{SSM}:_add_tags_to_resource", lambda original: _of_existing(_checked_add(original)))
    for door in ("_remove_tags_from_resource", "_list_tags_for_resource"):
        doors.put_in_place(f"{SSM}:{door}", _of_existing)


def _checked_put(original: Handler) -> Handler:
    def put(data: dict[str, Any]) -> Any:
        problem = refused_tags(data.get("Tags") or [], {})
        return _refusal(*problem) if problem else original(data)

    return put


def _checked_add(original: Handler) -> Handler:
    def add(data: dict[str, Any]) -> Any:
        from ministack.services import ssm

        arn = ssm._parameter_tag_arn(data.get("ResourceType"), data.get("ResourceId", ""))
        problem = refused_tags(data.get("Tags") or [], ssm._tags.get(arn) or {})
        return _refusal(*problem) if problem else original(data)

    return add


def _of_existing(original: Handler) -> Handler:
    def handle(data: dict[str, Any]) -> Any:
        from ministack.services import ssm

        if data.get("ResourceType") == "Parameter" and ssm._lookup_parameter(data.get("ResourceId"), flexible_name=True)[1] is None:
            return _refusal("InvalidResourceId", "The resource ID isn't valid. Verify that you entered the correct ID and try again.")
        return original(data)

    return handle


def refused_tags(tags: list[dict[str, str]], present: dict[str, str]) -> tuple[str, str] | None:
    """(error code, message) when Parameter Store would not put the tags on a parameter that has the present ones."""
    for index, tag in enumerate(tags, 1):
        for part, (least, most) in LENGTHS.items():
            text = tag.get(part, "")
            if least <= len(text) <= most and all(_allowed(character) for character in text):
                continue
            return "ValidationException", (
                f"1 validation error detected: Value '{text}' at 'tags.{index}.member.{part.lower()}' failed to satisfy constraint: Member must have "
                f"length between {least} and {most} and satisfy regular expression pattern: {PATTERN}"
            )
    if len(present.keys() | {tag["Key"] for tag in tags}) > MOST_TAGS:
        return "TooManyTagsError", f"A parameter may have {MOST_TAGS} tags."
    return None


def _allowed(character: str) -> bool:
    return character in SYMBOLS or unicodedata.category(character)[0] in CATEGORIES


def _refusal(code: str, message: str) -> Any:
    from ministack.core.responses import error_response_json

    return error_response_json(code, message)
