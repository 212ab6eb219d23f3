"""Addresses of the internet in the one form that cannot pretend to be another: domains in punycode.

`раураl.com` in Cyrillic looks like a bank; `xn--l-7sba6dbr.com` does not. Pure: no Django.
"""

from urllib.parse import urlsplit

import idna

from lib.fold import squash


def plain_domain(domain: str) -> str:
    """Lower case and ASCII (IDNA 2008, UTS 46); as it is where it is no domain.

    >>> plain_domain("Faß.example"), plain_domain("not a domain")
    ('xn--fa-hia.example', 'not a domain')
    """
    domain = domain.lower().rstrip(".")
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode()
    except UnicodeError:  # what the newer rules leave out and registries once sold: signs, emoji
        try:
            return domain.encode("idna").decode()
        except UnicodeError:
            return domain


def plain_email(text: str) -> str:
    """An address without what people put around it, its domain in lower case and punycode.

    >>> plain_email(" <mailto:Info@Múnich.Example> ")
    'Info@xn--mnich-7ua.example'
    """
    address = squash(text).strip("<>()[],;: ").removeprefix("mailto:")
    local, at, domain = address.rpartition("@")
    return f"{local}@{plain_domain(domain)}" if at else address


def plain_url(text: str) -> str:
    """A web address with its host in punycode; the rest is as it is.

    >>> plain_url("https://Bücher.example:8443/Größe")
    'https://xn--bcher-kva.example:8443/Größe'
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return text
    if host.isascii():
        return text
    before, at, _host = parts.netloc.rpartition("@")
    after = "" if port is None else f":{port}"
    return parts._replace(netloc=f"{before}{at}{plain_domain(host)}{after}").geturl()


def has_user_info(url: str) -> bool:
    """Whether something stands before the host, as in `https://bank.example@elsewhere.example`."""
    try:
        return "@" in urlsplit(url).netloc
    except ValueError:
        return False
