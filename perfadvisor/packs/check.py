"""Check a YAML document against a pydantic model, with every complaint at its line and column."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from perfadvisor.packs.problems import PackError, Problem, did_you_mean
from perfadvisor.packs.yamltext import MAX_BYTES, Document, Keys, parse


class Strict(BaseModel):
    """The base of everything read from YAML: no unknown keys, no quiet conversions."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


Model = TypeVar("Model", bound=BaseModel)


def checked(document: Document, model: type[Model]) -> Model:
    """The document as `model`; raises PackError with every problem in it."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise PackError(_problem(document, model, found) for found in error.errors(include_url=False)) from None


def read(path: Path) -> Document:
    """The YAML file at `path`; raises PackError, also where it cannot be read."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise PackError([Problem(file=str(path), message=f"cannot be read: {error.strerror}")]) from None
    return parse(data, str(path))


def _problem(document: Document, model: type[BaseModel], found: Mapping[str, Any]) -> Problem:
    keys: Keys = tuple(found["loc"])
    kind, last = found["type"], str(keys[-1]) if keys else ""
    if kind == "extra_forbidden":
        hint = did_you_mean(last, _fields(model, keys[:-1]))
        return document.problem(keys, f"unknown key `{last}`{hint}", at_key=True)
    if kind == "missing":
        return document.problem(keys[:-1], f"`{last}` is missing")
    message = found["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    if kind == "model_type":
        message = "should be keys with values"
    elif found["msg"] != message and not found["msg"].startswith("Value error"):
        message = f"should be {message}"
    where = ".".join(str(key) for key in keys)
    return document.problem(keys, f"`{where}`: {message}" if where else message)


def _fields(model: type[BaseModel], keys: Keys) -> tuple[str, ...]:
    """The field names of the model that stands at `keys`, as far as plain nesting shows it."""
    here: type[BaseModel] | None = model
    for key in keys:
        if isinstance(key, str) and here is not None:
            field = here.model_fields.get(key)
            here = _model_in(field.annotation) if field else None
    return tuple(here.model_fields) if here is not None else ()


def _model_in(annotation: object) -> type[BaseModel] | None:
    """The model inside `list[M]`, `M | None` and the like."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(argument) for argument in getattr(annotation, "__args__", ()))
    return next((model for model in inner if model is not None), None)
