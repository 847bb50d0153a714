"""What a saved page adds to an article: log-in lines, share bars, captions, copyright. Not speech."""

from __future__ import annotations

_LONGEST = 320
"""Characters: a longer paragraph is text, whatever it begins with."""
_STARTS = (
    "read more",
    "read also",
    "also read",
    "read next",
    "related",
    "see also",
    "share ",
    "share:",
    "share this",
    "tweet this",
    "follow us",
    "follow @",
    "sign up",
    "sign in",
    "subscribe",
    "log in",
    "login",
    "you must be logged in",
    "leave a reply",
    "leave a comment",
    "copyright",
    "©",
    "(c) ",
    "all rights reserved",
    "advertisement",
    "sponsored",
    "photo:",
    "photo by",
    "photograph",
    "image:",
    "image credit",
    "picture:",
    "caption:",
    "getty images",
    "print this",
    "email this",
    "posted in",
    "filed under",
    "tags:",
    "by signing up",
    "this site uses",
    "we use cookies",
    "accept cookies",
    "privacy policy",
    "connect with us",
    "skip to",
    "(reporting by",
    "reporting by",
    "editing by",
    "(editing by",
)
_MAY_START = (
    "more on",
    "more from",
    "follow ",
    "click ",
    "tap ",
    "get the",
    "download",
    "comments",
    "menu",
    "search for",
    "write to ",
    "contact us",
    "support our",
    "donate",
    "watch:",
    "video:",
    "listen:",
    "newsletter",
    "terms of",
    "error:",
    "most read",
    "file photo",
    "topics:",
    "tagged",
)
_ANYWHERE = (
    "all rights reserved",
    "log in to",
    "logged in to",
    "subscribe to",
    "sign up for",
    "cookie",
    "newsletter",
    "click here",
    "share on facebook",
    "terms of use",
)


def is_furniture(text: str, start: int, end: int) -> bool:
    """Whether the paragraph ``text[start:end]`` belongs to the page, not to the article."""
    if end - start > _LONGEST:
        return False
    line = text[start:end].lstrip(" \t-–—•*|>").lower()
    if line.startswith(_STARTS):
        return True
    looks = line.startswith(_MAY_START) or (end - start < 160 and any(phrase in line for phrase in _ANYWHERE))
    return looks and not _reports(line)


def _reports(line: str) -> bool:
    """Whether a line is a sentence with a speaker after all ("Follow the money,” she said")."""
    return any(said in line for said in (" said", " says ", " told ", " added", " wrote", " asked"))
