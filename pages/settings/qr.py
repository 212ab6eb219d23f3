"""QR codes as inline SVG: no request, no picture file, no style."""

from itertools import groupby

import qrcode
from django.utils.html import format_html
from django.utils.safestring import SafeString

QUIET = 4  # modules of white around the code, as the standard asks


def drawn(text: str, label: str) -> SafeString:
    """The QR code of `text`, which screen readers call `label`."""
    code = qrcode.QRCode(border=QUIET, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text.encode())
    rows = code.get_matrix()
    bars = (
        f"M{column[0]} {y}h{len(column)}v1h-{len(column)}z"
        for y, row in enumerate(rows)
        for is_dark, run in groupby(range(len(row)), key=row.__getitem__)
        if is_dark and (column := list(run))
    )
    return format_html(
        '<svg class="qr" role="img" aria-label="{}" viewBox="0 0 {} {}" shape-rendering="crispEdges">'
        '<path d="{}"/></svg>',
        label,
        len(rows),
        len(rows),
        "".join(bars),
    )
