"""The kernel's tables of routes, written anew: their numbers are hexadecimal, and a network's have a mask beside."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network

from perfadvisor.redacting.pseudonyms import Pseudonyms
from perfadvisor.redacting.sources import ADDRESSES6, ROUTES, ROUTES6
from perfadvisor.redacting.spellings import little_endian

ZERO = "0" * 8
_DESTINATION, _GATEWAY = 1, 2


def table_of(source: str) -> Callable[[str, Pseudonyms], str] | None:
    """What writes this table anew; None where the source is none of them."""
    found = ((ROUTES, _routes), (ROUTES6, _routes6), (ADDRESSES6, _addresses6))
    return next((written for pattern, written in found if pattern.fullmatch(source)), None)


def _lines(text: str, changed: Callable[[list[str]], list[str]], sign: str) -> str:
    return "".join(
        sign.join(changed(line.split())) + "\n" if line.strip() else line + "\n" for line in text.splitlines()
    )


def _routes(text: str, names: Pseudonyms) -> str:
    """net/ipv4/fib_trie.c, fib_route_seq_show: the numbers are in the order of memory."""

    def changed(words: list[str]) -> list[str]:
        try:
            to, via, mask = (int.from_bytes(bytes.fromhex(words[at]), "little") for at in (1, 2, 7))
        except (ValueError, IndexError):
            return words
        words[_DESTINATION] = little_endian(IPv4Address(int(_mapped4(to, names)) & mask)) if to else ZERO
        words[_GATEWAY] = little_endian(_mapped4(via, names)) if via else ZERO
        return words

    return _lines(text, changed, "\t")


def _mapped4(number: int, names: Pseudonyms) -> IPv4Address:
    address = IPv4Address(number)
    return names.address4(address) if 0 < number >> 24 < 224 and number >> 24 != 127 else address


def _mapped6(digits: str, names: Pseudonyms) -> IPv6Address:
    address = IPv6Address(bytes.fromhex(digits))
    if address.is_multicast or address.is_loopback or address.is_unspecified:
        return address
    return names.address6(address)


def _routes6(text: str, names: Pseudonyms) -> str:
    """net/ipv6/route.c, rt6_info_route: destination and its length, source and its length, gateway."""

    def changed(words: list[str]) -> list[str]:
        try:
            for at in (0, 2):
                network = IPv6Network((_mapped6(words[at], names), int(words[at + 1], 16)), strict=False)
                words[at] = network.network_address.exploded.replace(":", "")
            words[4] = _mapped6(words[4], names).exploded.replace(":", "")
        except (ValueError, IndexError):
            return words
        return words

    return _lines(text, changed, " ")


def _addresses6(text: str, names: Pseudonyms) -> str:
    def changed(words: list[str]) -> list[str]:
        try:
            words[0] = _mapped6(words[0], names).exploded.replace(":", "")
        except (ValueError, IndexError):
            return words
        return words

    return _lines(text, changed, " ")
