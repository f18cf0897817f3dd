"""The OpenAPI document: made from the routes, and from the Structs that pages are made of."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import msgspec
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from msgspec import inspect as types

from trustui.accounts.needs import Whom
from trustui.accounts.permissions import WORDS, Act
from trustui.api.operations import Operation
from trustui.api.problems import MEDIA_TYPE, Problem
from trustui.api.questions import Body, types_of

REF = "#/components/schemas/{name}"
ABOUT = """The same values as the pages, for programs. Sign in with a token (`Authorization: Bearer \
tui_…`) or with the session of a browser. What is not yours does not exist: 404. Errors are problem \
details (RFC 9457). Lists come a page at a time: send `after` of one page to have the next, which \
the header `Link` names as well. `ETag` and `If-None-Match` spare you what you have."""
_PROBLEMS = {
    400: "What was sent cannot be understood.",
    401: "Nobody is signed in.",
    403: "A permission is missing, or the token is good for less.",
    404: "There is no such thing, or it is another team's.",
}
_PROBLEMS_OF_ACTS = {
    409: "Nothing is done in the past.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "It cannot be done; the detail says why.",
    503: "Busy just now; try again.",
}
_UNFIT = re.compile(r"[^A-Za-z0-9.\-_]")


class Schema(AutoSchema):
    """One operation, as `asking.Operation` declares it."""

    @property
    def operation(self) -> Operation:
        """The one that is described."""
        found: Operation = self.view.operations[self.method.lower()]
        return found

    def get_operation_id(self) -> str:
        """From the address: `get_sources_role`."""
        steps = self.path.removeprefix("/api/").removeprefix("v1/").split("/")
        parts = [step for step in steps if step and not step.startswith("{")]
        ends = "_one" if self.path.rstrip("/").endswith("}") else ""
        return "_".join([self.method.lower(), *parts]).replace(".", "_").replace("-", "_") + ends

    def get_tags(self) -> list[str]:
        """The group of the route."""
        return [self.view.tag]

    def get_summary(self) -> str:
        """Its first sentence."""
        return self.operation.words.partition("\n")[0]

    def get_description(self) -> str:
        """With the permission that it needs."""
        need = self.operation.need
        words = "Needs an account." if isinstance(need, Whom) else f"You need to {WORDS[need]}."
        if need is Act.SEE:
            words = "Tells what your teams look after."
        return f"{self.operation.words}\n\n{words}"

    def get_override_parameters(self) -> list[Any]:
        """The parameters of its query."""
        fields = msgspec.structs.fields(self.operation.query)
        schemas = parameters_of(self.operation.query)
        return [
            OpenApiParameter(
                field.name,
                {**schemas[field.name], "default": field.default},
                OpenApiParameter.QUERY,
                description=str(schemas[field.name].get("description", "")),
            )
            for field in fields
        ]

    def get_request_serializer(self) -> Any:
        """The schema of the body."""
        body = self.operation.body
        return None if body is None else {"application/json": schemas_of()[0][body]}

    def get_response_serializers(self) -> Any:
        """What is told, and each problem."""
        one = self.operation
        told = {"type": "string", "format": "binary"} if one.tells is bytes else None
        given = OpenApiResponse(told or schemas_of()[0][one.tells], "What was asked for.")
        found: dict[tuple[int, str], Any] = {(one.status, one.media_type): given}
        if one.body is None:
            found[304, one.media_type] = OpenApiResponse(None, "You have it already.")
        expected = _PROBLEMS if one.body is None else {**_PROBLEMS, **_PROBLEMS_OF_ACTS}
        for status, words in expected.items():
            found[status, MEDIA_TYPE] = OpenApiResponse(schemas_of()[0][Problem], words)
        return found

    def map_parsers(self) -> list[str]:
        """Bodies are JSON."""
        return ["application/json"]


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """A token."""

    target_class = "trustui.api.signing_in.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """RFC 6750."""
        del auto_schema
        return {"type": "http", "scheme": "bearer", "description": "Made at /account/tokens/."}


class BrowserScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """A session."""

    target_class = "trustui.api.signing_in.BrowserAuthentication"
    name = "browser"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """The cookie of the pages, whatever the site calls it."""
        del auto_schema
        about = "The session of the pages; acts also need X-CSRFToken."
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": about}


@cache
def document() -> Mapping[str, Any]:
    """The whole document, as OpenAPI 3.1."""
    components = schemas_of()[1]  # first: enumerating disturbs the generator's views
    generator: Any = SchemaGenerator
    found: dict[str, Any] = generator().get_schema(request=None, public=True)
    found["info"]["description"] = ABOUT
    found["components"]["schemas"] = components
    return found


@cache
def schemas_of() -> tuple[Mapping[Any, dict[str, Any]], dict[str, Any]]:
    """The schema of each type that is told or posted, and the components that they are made of."""
    operations = _operations()
    told = {one.tells: None for one in operations} | {one.body: None for one in operations}
    kinds = [Problem, *(kind for kind in told if kind is not None and kind is not bytes)]
    found, components = msgspec.json.schema_components(
        kinds, schema_hook=_anything, ref_template=REF
    )
    classes = _classes(kinds)
    stored = set(_classes([one.tells for one in operations if one.is_stored]))
    names = {_given_name(one, components): _own_name(one) for one in classes}
    for one in classes:
        schema = components[_given_name(one, components)]
        if "properties" in schema and not issubclass(one, Body) and one not in stored:
            schema["required"] = list(schema["properties"])  # defaults are told as well
    renamed = {names[name]: _renamed(schema, names) for name, schema in components.items()}
    return dict(zip(kinds, _renamed(list(found), names), strict=True)), dict(
        sorted(renamed.items())
    )


@cache
def parameters_of(query: type[msgspec.Struct]) -> Mapping[str, dict[str, Any]]:
    """The schema of each parameter of a query."""
    return {name: msgspec.json.schema(kind) for name, kind in types_of(query).items()}


def _operations() -> list[Operation]:
    enumerator: Any = EndpointEnumerator
    return [
        callback.cls.operations[method.lower()]
        for _, _, method, callback in enumerator().get_api_endpoints()
    ]


def _anything(kind: type) -> dict[str, Any]:
    """For what is told as it was stored. Raises NotImplementedError for any other type."""
    if kind is object:
        return {"description": "Any value."}
    raise NotImplementedError(kind)


# Names: msgspec gives a class its plain name until another class has it too, and then a long one.
# Here each always has its module's: `sources.Line`, whatever is added elsewhere.


def _classes(kinds: Iterable[Any]) -> list[type]:
    """All Structs and enumerations that types are made of."""
    found: dict[type, None] = {}
    waiting = list(types.multi_type_info(kinds))
    while waiting:
        one = waiting.pop()
        if isinstance(one, types.StructType | types.EnumType):
            if one.cls in found:
                continue
            found[one.cls] = None
        waiting += _parts(one)
    return list(found)


def _parts(one: types.Type) -> list[types.Type]:
    match one:
        case types.StructType():
            return [field.type for field in one.fields]
        case types.Metadata():
            return [one.type]
        case types.UnionType():
            return list(one.types)
        case types.TupleType():
            return list(one.item_types)
        case types.CollectionType():
            return [one.item_type]
        case types.DictType():
            return [one.key_type, one.value_type]
        case _:
            return []


def _given_name(one: type, components: Mapping[str, Any]) -> str:
    long = _UNFIT.sub("_", f"{one.__module__}.{one.__qualname__}")
    return long if long in components else one.__name__


def _own_name(one: type) -> str:
    return f"{one.__module__.rpartition('.')[2]}.{one.__name__}"


def _renamed(schema: Any, names: Mapping[str, str]) -> Any:
    if isinstance(schema, list):
        return [_renamed(one, names) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _renamed(value, names) for key, value in schema.items()}
    if isinstance(found.get("$ref"), str):
        found["$ref"] = REF.format(name=names[found["$ref"].rpartition("/")[2]])
    return found
