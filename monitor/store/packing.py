"""Raw pages made small: compressed, and as what differs from another page of the same frame.

Most of a page is the site's frame, line by line the same on each. What is packed against a base
holds the lines that the base lacks, and where in the base the others stand:

    =1000,130    130 lines of the base from its line 1,000 on
    +<li>…       a line of its own

Compressing knows the base too, as even a line of its own is much like others.
"""

import zlib

_LEVEL = 6


def pack(body: bytes, base: bytes | None = None) -> bytes:
    """Return a page compressed, as what differs from `base` if there is one."""
    if base is None:
        return zlib.compress(body, _LEVEL)
    packer = zlib.compressobj(_LEVEL, zdict=base)
    return packer.compress(b"\n".join(_differing(body, base))) + packer.flush()


def unpack(data: bytes, base: bytes | None = None) -> bytes:
    """Return the page that was packed, with the same `base`."""
    if base is None:
        return zlib.decompress(data)
    # What was packed before without knowing the base is unpacked all the same.
    packed = zlib.decompressobj(zdict=base).decompress(data)
    known = base.split(b"\n")
    lines: list[bytes] = []
    for line in packed.split(b"\n"):
        if line.startswith(b"+"):
            lines.append(line[1:])
        else:
            start, count = map(int, line[1:].split(b","))
            lines += known[start : start + count]
    return b"\n".join(lines)


def _differing(body: bytes, base: bytes) -> list[bytes]:
    known = base.split(b"\n")
    places = {line: place for place, line in reversed(list(enumerate(known)))}
    packed: list[bytes] = []
    start = count = 0
    for line in body.split(b"\n"):
        if count and start + count < len(known) and known[start + count] == line:
            count += 1
            continue
        if count:
            packed.append(b"=%d,%d" % (start, count))
        start, count = places.get(line, 0), int(line in places)
        if not count:
            packed.append(b"+" + line)
    if count:
        packed.append(b"=%d,%d" % (start, count))
    return packed
