"""Speech without marks: "analysts said that …", "…, the ministry said", "according to …".

Read sentence by sentence. A cue verb with a subject governs either what follows it or, where it
stands in a parenthesis, what is around it; a content ends with the sentence unless another cue, a
joined verb or a semicolon ends it first. Contents are not nested.
"""

from __future__ import annotations

from typing import NamedTuple

from stancekit.quotes.cues import (
    ATTITUDE,
    AUXILIARIES,
    CALL,
    COMMON_VERBS,
    DETERMINERS,
    HEARER,
    NOUN_CUES,
    NOUNLIKE,
    PREPOSITIONS,
    SAY,
    SCENE_NOUNS,
    SHOW,
    SUBJECT_PRONOUNS,
    THINK,
    TIME_WORDS,
    WEEKDAYS,
)
from stancekit.quotes.phrases import Phrase, Token, is_capital, is_word, phrase_at
from stancekit.quotes.subjects import lead_phrase, subject_of
from stancekit.quotes.wordset import wordset

# Verbs that attribute marked speech but seldom report without marks.
_SILENT = wordset(
    """
    go continue use begin start put debate contest cast fire appeal mean prove celebrate challenge rule
    press charge publish reason shoot relate confront laugh compare name vote focus address answer appeal
    signal quote knock cheer chant sing snap bark growl cable phone broadcast detail read storm cry
    thunder object weigh approve plead react rage order notice shrug nod blog underscore trust ignore
    demonstrate text highlight style title paint coin stress pan rail love plot note-taking volunteer
    venture offer study identify
    """
) - {"stress"}
_VERBS: dict[str, str] = {
    form: lemma for form, lemma in (ATTITUDE | SHOW | THINK | CALL | SAY).items() if lemma not in _SILENT
}
_CLAUSE_OPENERS = wordset("that whether if how why what when where who")
_BE = wordset("is was are were been being be")
SAID = wordset("said says say told tells added thinks believes")
QUOTED = "\ufffc"
"""The word that stands for a quote given on its own inside the words of a sentence."""


class Reported(NamedTuple):
    """A content without marks: its stretches, who says it, by which word."""

    fragments: list[tuple[int, int]]
    speaker: Phrase | None
    cue: tuple[int, int]
    reason: str
    confidence: float


_LONGEST_SENTENCE = 150
"""Words read at once: a longer "sentence" is a list or noise, and is read in parts."""


def reported_in(words: list[Token]) -> list[Reported]:
    """The reported contents of one sentence."""
    if len(words) <= _LONGEST_SENTENCE:
        return _reported(words)
    starts = range(0, len(words), _LONGEST_SENTENCE)
    return [item for i in starts for item in _reported(words[i : i + _LONGEST_SENTENCE])]


def _reported(words: list[Token]) -> list[Reported]:
    found: list[Reported] = []
    n = len(words)
    while n and not is_word(words[n - 1].word) and words[n - 1].word not in ")]%”\"’'":
        n -= 1
    headline = _is_headline(words[:n])
    k = 0
    last_speaker: Phrase | None = None
    start = 0  # where the current clause begins
    while k < n:
        low = words[k].low
        if low == "according" and k + 1 < n and words[k + 1].low == "to":
            item, k = _according(words, start, k, n)
            if item is not None:
                found.append(item)
                start = k
            continue
        if low in NOUN_CUES and k + 2 < n:
            item, after = _noun_governed(words, start, k, n, last_speaker)
            if item is not None:
                found.append(item)
                last_speaker = item.speaker or last_speaker
                k = start = after
                continue
        lemma = _VERBS.get(low)
        if lemma is None or not _is_cue(words, k, low, lemma, headline):
            k += 1
            continue
        speaker = _speaker(words, start, k, last_speaker)
        if speaker is None and not low.endswith("ing"):
            k += 1
            continue
        item, after = _governed(words, start, k, n, speaker, lemma)
        if item is None:
            k += 1
            continue
        found.append(item)
        last_speaker = speaker or last_speaker
        k = start = after
    return found


def _is_headline(words: list[Token]) -> bool:
    """Whether nearly every longer word is capitalised."""
    longer = [word.word for word in words if len(word.word) > 4]
    return len(words) > 4 and sum(map(is_capital, longer)) > 0.75 * len(longer)


def _noun_governed(words: list[Token], start: int, k: int, n: int, last: Phrase | None) -> tuple[Reported | None, int]:
    """``his claim that …``, ``voiced support for …``: the noun names the saying."""
    opener = words[k + 1].low
    if not words[k].word.islower() or opener not in _NOUN_OPENERS:
        return None, k + 1
    if opener == "to" and words[k].low not in _TO_NOUNS:
        return None, k + 1
    speaker: Phrase | None = None
    i = k - 1
    while i > start and words[i].word.islower() and is_word(words[i].word) and words[i].low not in DETERMINERS:
        if words[i].low.endswith(("’s", "'s", "s’", "s'")) or k - i > 2:
            break
        i -= 1
    owner = words[i] if i >= 0 else words[k]
    if owner.low.endswith(("’s", "'s", "s’", "s'")):
        c = i
        while c > start and is_capital(words[c - 1].word):
            c -= 1
        speaker = Phrase(words[c].start, owner.end - (2 if owner.word[-1] in "sS" else 1), "name", c, i)
    elif owner.low in ("his", "her", "their"):
        speaker = Phrase(owner.start, owner.end, "pronoun", i, i)
    else:
        speaker = last if start and last is not None else lead_phrase(words, start, k)
    begin = k + 1 if opener in ("that", "to", "whether") else k + 2
    end = _content_end(words, begin, n)
    if opener not in ("that", "whether"):
        end = _object_end(words, begin, end)
    if end <= begin:
        return None, k + 1
    cue = (words[k].start, words[k].end)
    return Reported(_range(words, begin, end), speaker, cue, f"reported by “{words[k].word}”", 0.5), end


_NOUN_OPENERS = wordset("that to of for about on over against whether")
_TO_NOUNS = wordset("pledge vow promise opposition threat threats proposal plan plans refusal call calls")


def _is_cue(words: list[Token], k: int, low: str, lemma: str, headline: bool) -> bool:
    """Whether a form that can report does so here."""
    if not words[k].word.islower():
        return headline and k > 0 and low != lemma and not low.endswith("ing") and low not in NOUNLIKE
    before = words[k - 1] if k else None
    following = words[k + 1] if k + 1 < len(words) else None
    if before is not None and before.low in _BE and not low.endswith("ing"):
        return False  # passive
    if low.endswith("ing"):
        if before is None:
            return k + 1 < len(words)
        return before.word in ",—–" or before.low in _BE or before.low in ("by", "from", "of", "and", "in", "for")
    if before is None:
        return False
    if before.low in DETERMINERS or (before.low.endswith(("’s", "'s", "s’", "s'")) and low in NOUNLIKE):
        return False
    if before.low in PREPOSITIONS and before.low != "to":
        return False
    if low == lemma or low in NOUNLIKE:
        # a base form or a noun: only behind "to", a modal or a plain subject
        if before.low in SUBJECT_PRONOUNS or before.low in AUXILIARIES or before.low in ("to", "who", "and"):
            return True
        if following is not None and following.low in ("of", "and", "or", ",", "."):
            return False
        return before.low.endswith("s") or (low.endswith("s") and is_word(before.word))
    return True


def _speaker(words: list[Token], start: int, k: int, last: Phrase | None) -> Phrase | None:
    """Who reports: the subject of the verb at ``k``, or whoever did before it."""
    before = words[k - 1] if k else None
    if before is not None and before.low in ("and", "but", "or", ",") and last is not None and start == k - 1:
        return last
    if words[k].low.endswith("ing") and (before is None or before.low not in _BE):
        return last if last is not None else lead_phrase(words, start, k)
    j = k
    while j > start and words[j - 1].low in ("to", "would", "not"):
        j -= 1
    speaker = subject_of(words, start, j)
    if speaker is None and last is not None and start and k - start < 6:
        return last
    return speaker


def _governed(
    words: list[Token], start: int, k: int, n: int, speaker: Phrase | None, lemma: str
) -> tuple[Reported | None, int]:
    """The content of the cue at ``k``: behind it, or around its parenthesis."""
    if speaker is not None and any(words[x].word == QUOTED for x in range(max(start, speaker.first - 3), k)):
        return None, k + 1  # it governs the quote before it
    cue = (words[k].start, words[k].end)
    reason = f"reported by “{words[k].word}”"
    i = _content_start(words, k, n, lemma)
    if i is None or words[i].word in ",—–" or words[i].word == QUOTED:
        if lemma not in SAY_LEMMAS or speaker is None:
            return None, k + 1
        if any(words[x].word == QUOTED for x in range(k + 1, min(len(words), k + 3))):
            return None, k + 1  # the quote itself follows
        begin, stop = start, speaker.first if speaker.first < k else k
        if begin < stop and (words[begin].low in PREPOSITIONS or words[begin].low in TIME_WORDS) and stop - begin < 8:
            return None, k + 1
        while stop > begin and (
            words[stop - 1].low == "as" or (not is_word(words[stop - 1].word) and words[stop - 1].word not in ')%”"’')
        ):
            stop -= 1
        after = n if i is None else i
        goes_on = i is not None and words[i].word == "," and i + 2 < n
        fragments = _range(words, begin, stop) if stop - begin >= (1 if goes_on else 3) else []
        end = after
        if fragments and i is not None and words[i].word == "," and i + 2 < n and begin < stop:
            end = _content_end(words, i + 1, n)
            fragments += _range(words, i + 1, end)
        if not fragments or any(words[x].word == QUOTED for x in range(begin, stop)):
            return None, max(k + 1, after)
        return Reported(fragments, speaker, cue, reason, 0.8), max(k + 1, end)
    end = _content_end(words, i, n)
    if lemma in OBJECT and words[i].low not in _CLAUSE_OPENERS and words[i].low != "to":
        end = _object_end(words, i, end, lemma)
    if end - i < 1 or (
        lemma in ("write", "post", "publish", "email", "sing", "message") and not _has_verb(words, i, end)
    ):
        return None, k + 1
    return Reported(_range(words, i, end), speaker, cue, reason, 0.8 if speaker else 0.5), end


def _has_verb(words: list[Token], i: int, end: int) -> bool:
    """Whether the words can be a clause: "wrote that", not "wrote a book"."""
    return any(
        words[x].low in COMMON_VERBS or words[x].low in _CLAUSE_OPENERS or words[x].low in SAID for x in range(i, end)
    )


def _object_end(words: list[Token], i: int, end: int, lemma: str = "") -> int:
    """Where the object of an attitude ends: at a comma, a time, a scene or the next clause."""
    for j in range(i + 1, end):
        low = words[j].low
        if low == "as" and lemma in _AS:
            continue
        if words[j].word == "," or low in (
            "while",
            "when",
            "before",
            "after",
            "as",
            "during",
            "because",
            "although",
        ):
            return j
        if low in ("on", "in", "at") and any(
            words[x].low in TIME_WORDS or words[x].low in SCENE_NOUNS for x in range(j + 1, min(end, j + 5))
        ):
            return j
        if low in WEEKDAYS:
            return j
    return end


_AS = wordset("describe characterize characterise portray dismiss refer depict deride denounce paint")
OBJECT = (frozenset(ATTITUDE.values()) | frozenset(CALL.values())) - wordset(
    "say claim suggest insist predict announce declare explain warn note agree hope fear worry state report"
)
SAY_LEMMAS = frozenset(SAY.values()) - {"call"}


def _range(words: list[Token], i: int, j: int) -> list[tuple[int, int]]:
    while i < j and words[i].word in ",—–:":
        i += 1
    while j > i and not is_word(words[j - 1].word) and words[j - 1].word not in ")]%”\"’'":
        j -= 1
    return [(words[i].start, words[j - 1].end)] if i < j else []


def _content_start(words: list[Token], k: int, n: int, lemma: str) -> int | None:
    """Where the content behind a cue begins; None where the sentence ends first."""
    i = k + 1
    # "said Tuesday in an interview that …": straight to "that" if nothing breaks the way
    if i < n and words[i].low == "that":
        return i
    scene = i < n and (words[i].low in _SCENE_STARTS or words[i].low in TIME_WORDS)
    if scene or (lemma in HEARER and i < n):
        for j in range(i + 1, min(n, i + 22)):
            word = words[j]
            if word.low == "that":
                return j
            if word.low in SUBJECT_PRONOUNS or word.word in ";:" or word.word == QUOTED:
                break
            if (word.word == "," and not scene) or _reports(word):
                break
    if lemma in HEARER and i < n:
        phrase = phrase_at(words, i)
        if words[i].low in ("him", "her", "them", "me", "us", "you", "reporters"):
            i += 1
        elif phrase is not None:
            i = phrase.last + 1
    while i < n and (words[i].low in TIME_WORDS or (words[i].low in ("on", "in", "at") and _is_scene(words, i, n))):
        if words[i].low in ("on", "in", "at"):
            i = _scene_end(words, i, n)
        else:
            i += 1
    if i < n and words[i].low in _LEADING and lemma != "go":
        i += 1
        if i < n and words[i].low in ("on", "to", "against", "with", "about"):
            i += 1
    elif i < n and words[i].low == "to" and lemma in _TO:
        i += 1
    if i < n and words[i].word == ":":
        i += 1
    return i if i < n else None


# Prepositions and particles that belong to the cue: "called for", "pointed out", "commented on".
_LEADING = wordset("for on about at of against with upon over out up off back into")
_SCENE_STARTS = wordset("in at on during following after to of with instead")
_TO = wordset("refer point object respond allude listen react")


def _is_scene(words: list[Token], i: int, n: int) -> bool:
    return i + 1 < n and (words[i + 1].low in TIME_WORDS or words[i + 1].low in ("a", "an", "the", "his", "her"))


def _scene_end(words: list[Token], i: int, n: int) -> int:
    phrase = phrase_at(words, i + 1)
    return min(n, phrase.last + 1) if phrase is not None else i + 2


def _content_end(words: list[Token], i: int, n: int) -> int:
    """Where a content that begins at ``i`` ends."""
    for j in range(i + 1, n):
        word = words[j]
        if word.word in ";" or word.word == QUOTED:
            return j
        if word.low == "according" and j + 1 < n and words[j + 1].low == "to":
            return j
        if word.word == "," and j + 1 < n:
            following = words[j + 1]
            if following.word in "”\"’'" and j + 2 < n:
                following = words[j + 2]
            if following.low in _VERBS and following.low.endswith("ing"):
                return j
            phrase = phrase_at(words, j + 1)
            if phrase is not None and phrase.last + 1 < n and _reports(words[phrase.last + 1]):
                return j
            if following.low in ("said", "says", "while"):
                return j
            if following.low == "but" and j + 2 < n and words[j + 2].low != "that":
                return j
        if word.low in ("and", "but") and j + 1 < n:
            following = words[j + 1]
            if _reports(following) or following.low == "calls":
                return j
    return n


def _reports(token: Token) -> bool:
    low = token.low
    return low in _VERBS and low not in NOUNLIKE and low != _VERBS[low] and not low.endswith("ing")


def _according(words: list[Token], start: int, k: int, n: int) -> tuple[Reported | None, int]:
    """``According to Li, …`` and ``…, according to Li``."""
    cue = (words[k].start, words[k + 1].end)
    phrase = phrase_at(words, k + 2)
    last = phrase.last if phrase is not None else k + 2
    begin, stop = start, k
    while stop > begin and not is_word(words[stop - 1].word) and words[stop - 1].word not in ')%”"’':
        stop -= 1
    if stop - begin >= 2:
        if any(words[x].word == QUOTED for x in range(begin, stop)):
            return None, last + 1
        return Reported(_range(words, begin, stop), phrase, cue, "reported by “according to”", 0.85), last + 1
    comma = last + 1
    while comma < n and words[comma].word != ",":
        comma += 1
    if comma + 2 >= n:
        return None, n
    end = _content_end(words, comma + 1, n)
    return Reported(_range(words, comma + 1, end), phrase, cue, "reported by “according to”", 0.85), end
