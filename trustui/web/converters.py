"""The kinds of parameters in addresses. Importing this makes them known to `path`."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class HexConverter(StringConverter):
    """A SHA-256 in lower-case hexadecimal."""

    regex = "[0-9a-f]{64}"


class OciDigestConverter(StringConverter):
    """A digest with its algorithm, as registries name content."""

    regex = "sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}"


register_converter(HexConverter, "hex")
register_converter(OciDigestConverter, "oci")
