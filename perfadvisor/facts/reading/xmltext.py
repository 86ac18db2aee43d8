"""XML from strangers: no document type, so no entities at all, and bounded in size, elements and depth."""

from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from perfadvisor.errors import InputError

MAX_BYTES = 8 << 20  # libvirt's definitions are some 10 KB; its test driver's file with everything in it is 100 KB
MAX_ELEMENTS = 200_000
MAX_DEPTH = 100


class _XmlBuilder(TreeBuilder):
    """Refuses what only attacks need: entities come with a document type, and nesting has an end."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._depth = self._count = 0

    def doctype(self, *_: object) -> None:
        """Called at `<!DOCTYPE`, before anything it declares is read."""
        raise InputError(f"{self._name}: a document type declaration, which no definition needs", "refused")

    def start(self, tag: Any, attrs: Any) -> Element:  # noqa: ANN401 (as the base class has it)
        """Called at every element."""
        self._depth += 1
        self._count += 1
        if self._depth > MAX_DEPTH or self._count > MAX_ELEMENTS:
            raise InputError(f"{self._name}: nested too deep or too many elements to be a definition", "refused")
        return super().start(tag, attrs)

    def end(self, tag: Any) -> Element:  # noqa: ANN401
        """Called at every end of one."""
        self._depth -= 1
        return super().end(tag)


def parse(data: bytes, name: str) -> Element:
    """The root element. InputError where it is not XML, cut off, too large, or declares a document type."""
    if len(data) > MAX_BYTES:
        raise InputError(f"{name}: {len(data) >> 20} MiB is too large for a definition")
    parser = XMLParser(target=_XmlBuilder(name))  # noqa: S314 (no document type, so none of the attacks S314 means)
    try:
        parser.feed(data.strip(b" \t\r\n\0"))
        root = parser.close()
    except (ParseError, LookupError, ValueError) as error:
        raise InputError(f"{name}: not XML: {error}", "save it again, with virsh dumpxml DOMAIN > FILE") from error
    assert isinstance(root, Element), "the parser gives what the builder builds"
    return root


def text(element: Element | None, path: str = "") -> str | None:
    """The text of the element (or of the first at the path below it), None where it is not there or empty."""
    found = element.find(path) if element is not None and path else element
    return (found.text or "").strip() or None if found is not None else None


def attribute(element: Element | None, path: str, name: str) -> str | None:
    """An attribute of the first element at the path ("" for the element itself), None where it is not there."""
    found = element.find(path) if element is not None and path else element
    return found.get(name) if found is not None else None
