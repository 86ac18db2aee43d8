"""What stands in the place of an identity: made with a random key that is thrown away, so there is no way back, and
of the same shape, so that everything that reads it reads the same."""

import hashlib
import hmac
import string
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_network

from perfadvisor.redacting.kinds import IdentityKind

_PRIVATE4 = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16")))
_SPECIAL = frozenset({10, 100, 127, 169, 172, 192})
_PUBLIC = tuple(octet for octet in range(1, 224) if octet not in _SPECIAL)
_LINK_LOCAL, _UNIQUE_LOCAL = IPv6Network("fe80::/10"), IPv6Network("fc00::/7")
_DOCUMENTATION = 0x20010DB8 << 96  # 2001:db8::/32 (RFC 3849)
_WORDS = {
    IdentityKind.HOST: "host",
    IdentityKind.USER: "user",
    IdentityKind.VM: "vm",
    IdentityKind.CONTAINER: "container",
    IdentityKind.LABEL: "label",
    IdentityKind.PATH: "p",
    IdentityKind.KEY: "key",
    IdentityKind.MAIL: "mail",
}


class Pseudonyms:
    """The pseudonyms of one key: the same value always has the same one."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def digest(self, *parts: str) -> bytes:
        """32 bytes that only the key's holder could make of these parts."""
        text = "\0".join(parts).encode("utf-8", "surrogatepass")
        return hmac.new(self._key, text, hashlib.sha256).digest()

    def word(self, kind: IdentityKind, value: str) -> str:
        """A name without a sign that anything would escape, of a value in small letters: `host3fa91c`."""
        return _WORDS[kind] + self.digest(kind, value.lower()).hex()[:6]

    def domain(self, value: str) -> str:
        """A domain name that is never registered (RFC 2606)."""
        return f"domain{self.digest(IdentityKind.DOMAIN, value.lower()).hex()[:6]}.example"

    def hexadecimal(self, kind: IdentityKind, value: str, digits: int) -> str:
        """So many hexadecimal digits, at most 64."""
        return self.digest(kind, value.lower()).hex()[:digits]

    def mac(self, value: str) -> str:
        """12 hexadecimal digits of a locally administered unicast address."""
        found = bytearray(self.digest(IdentityKind.MAC, value.lower())[:6])
        found[0] = found[0] & 0xFC | 0x02
        return found.hex()

    def same_shape(self, kind: IdentityKind, value: str) -> str:
        """Each digit by a digit and each letter by a letter, hexadecimal where the whole is; other signs stay."""
        hexadecimal = all(each in string.hexdigits for each in value if each.isalnum())
        stream = self._stream(kind, value.lower())
        return "".join(_like(each, next(stream), hexadecimal=hexadecimal) for each in value)

    def _stream(self, kind: IdentityKind, value: str) -> Iterator[int]:
        block = 0
        while True:
            yield from self.digest(kind, value, str(block))
            block += 1

    def address4(self, address: IPv4Address) -> IPv4Address:
        """Two addresses share as many leading bits as before; private ones stay private, in their own range."""
        kept = next((net.prefixlen for net in _PRIVATE4 if address in net), 0)
        number, first = int(address), int(address) >> 24
        if not kept:
            octet = _PUBLIC[int.from_bytes(self.digest("first octet", str(first))[:4]) % len(_PUBLIC)]
            return IPv4Address(octet << 24 | self._bits(number, 32, 8) & 0xFFFFFF)
        return IPv4Address(self._bits(number, 32, kept))

    def address6(self, address: IPv6Address) -> IPv6Address:
        """The same for IPv6: link-local and unique local ones stay so, global ones become documentation's."""
        if address in _LINK_LOCAL:
            return IPv6Address(self._bits(int(address), 128, 64))
        if address in _UNIQUE_LOCAL:
            return IPv6Address(self._bits(int(address), 128, 8))
        return IPv6Address(_DOCUMENTATION | self._bits(int(address), 128, 32) & ((1 << 96) - 1))

    def _bits(self, number: int, width: int, kept: int) -> int:
        """Each bit behind the first `kept` is turned or not, as the bits before it decide (Xu, Fan, Ammar, Moon:
        Prefix-preserving IP address anonymization, 2002)."""
        found = number
        for at in range(kept, width):
            before = number >> (width - at)
            if self.digest("bits", str(width), str(at), str(before))[0] & 1:
                found ^= 1 << (width - 1 - at)
        return found


def _like(sign: str, byte: int, *, hexadecimal: bool) -> str:
    if sign.isascii() and sign.isdigit():
        return str(byte % 10)
    if not (sign.isascii() and sign.isalpha()):
        return sign if sign.isascii() else "x"
    letters = "abcdef" if hexadecimal else string.ascii_lowercase
    letter = letters[byte % len(letters)]
    return letter.upper() if sign.isupper() else letter
