"""What a saved page adds to an article: log-in lines, share bars, captions, copyright. Not speech."""

from __future__ import annotations

from stancekit.quotes.wordset import wordset

_LONGEST = 320
"""Characters: a longer paragraph is text, whatever it begins with."""
_STARTS = (
    "caption:",
    "image caption",
    "media caption",
    "hide caption",
    "toggle caption",
    "enlarge this image",
    "click to share",
    "article continues after",
    "story continues below",
    "cookie settings",
    "report an error",
    "read more",
    "read also",
    "also read",
    "read next",
    "see also",
    "share:",
    "share this",
    "tweet this",
    "follow us",
    "follow @",
    "sign up",
    "sign in",
    "log in",
    "login",
    "you must be logged in",
    "leave a reply",
    "leave a comment",
    "©",
    "(c) ",
    "all rights reserved",
    "photo:",
    "photo by",
    "image:",
    "image credit",
    "picture:",
    "getty images",
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
    "related",
    "share ",
    "photograph",
    "copyright",
    "sponsored",
    "advertisement",
    "subscribe",
    "print this",
    "email this",
    "like us on",
    "like the page",
    "most popular",
    "trending",
    "recommended",
    "you may also like",
    "enter your email",
    "already a subscriber",
    "have a tip",
    "send tips to",
    "view comments",
    "show comments",
    "back to top",
    "next article",
    "previous article",
    "play video",
    "listen to this",
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
_CREDITS = (
    "getty images",
    "ap photo",
    "/ reuters",
    "/reuters",
    "/afp",
    "(photo:",
    "(photo by",
    "photo credit",
    "file photo",
    "photograph:",
    "courtesy photo",
    "handout photo",
)
"""Close a caption."""
_CREDIT = 60
_SAYS = wordset(
    """
    said says told added wrote asked argued insisted explained noted warned claimed called replied recalled
    admitted stated announced tweeted continued declared
    """
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
    if line.startswith(_STARTS) or any(credit in line[-_CREDIT:] for credit in _CREDITS):
        return True
    looks = line.startswith(_MAY_START) or (end - start < 160 and any(phrase in line for phrase in _ANYWHERE))
    return looks and not _reports(line)


def _reports(line: str) -> bool:
    """Whether a line is a sentence with a speaker after all ("Follow the money,” she said")."""
    return any(word.strip(",.:;") in _SAYS for word in line.split())
