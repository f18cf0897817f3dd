"""A registry that speaks the OCI distribution specification (docs/sources/oci_registry.md)."""

from trustui.crawl.image_source import ImageSourceKind
from trustui.crawl.sources.oci_registry.location import plain_url, recognizes
from trustui.crawl.sources.oci_registry.realms import token_host_target
from trustui.crawl.sources.oci_registry.registry import OciRegistry

__all__ = ["KIND", "OciRegistry", "plain_url", "token_host_target"]

KIND = ImageSourceKind("oci_registry", "registry", recognizes, OciRegistry)
