"""Domains in punycode, the form that cannot imitate another domain.

`раураl.com` in Cyrillic looks like a bank; `xn--l-7sba6dbr.com` does not. Pure: no Django.
"""

from urllib.parse import urlsplit

import idna

from lib.fold import squash


def plain_domain(domain: str) -> str:
    """Return a domain in lower case and ASCII (IDNA 2008, UTS 46), or the text unchanged if it is no domain.

    >>> plain_domain("Faß.example"), plain_domain("not a domain")
    ('xn--fa-hia.example', 'not a domain')
    """
    domain = domain.lower().rstrip(".")
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode()
    except UnicodeError:  # symbols and emoji, which registries once sold but newer rules exclude
        try:
            return domain.encode("idna").decode()
        except UnicodeError:
            return domain


def plain_email(text: str) -> str:
    """Return an email address without surrounding text, with its domain in lower case and punycode.

    >>> plain_email(" <mailto:Info@Múnich.Example> ")
    'Info@xn--mnich-7ua.example'
    """
    address = squash(text).strip("<>()[],;: ").removeprefix("mailto:")
    local, at, domain = address.rpartition("@")
    return f"{local}@{plain_domain(domain)}" if at else address


def plain_url(text: str) -> str:
    """Return a web address with its host in punycode and the rest unchanged.

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
    """Whether the address has user information before the host.

    Example: `https://bank.example@elsewhere.example`.
    """
    try:
        return "@" in urlsplit(url).netloc
    except ValueError:
        return False
