"""Word lists as they read best: words between spaces."""


def wordset(text: str) -> frozenset[str]:
    """The words of a text as a set.

    Example:
        >>> sorted(wordset("said told"))
        ['said', 'told']
    """
    return frozenset(text.split())
