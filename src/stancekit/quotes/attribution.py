"""Who a quote is given to by the words around it: cue verb, subject, "according to", colon, dash."""

from __future__ import annotations

from typing import NamedTuple

from stancekit.quotes.cues import AUXILIARIES, CONJUNCTIONS, CUES, NOUNLIKE, PREPOSITIONS, SUBJECT_PRONOUNS
from stancekit.quotes.phrases import (
    CUES_FINITE,
    DETERMINERS,
    Phrase,
    Token,
    is_capital,
    is_word,
    phrase_at,
)


class Attribution(NamedTuple):
    """A speaker found beside a quote, with the evidence."""

    speaker: Phrase
    cue: tuple[int, int] | None
    role: tuple[int, int] | None
    reason: str
    confidence: float


_STOPS = frozenset([*";:“”\"«»()[]–—―", "“”"])


def after_quote(words: list[Token]) -> Attribution | None:
    """The attribution that follows a quote: ``said Li``, ``Li, an analyst, said``, ``according to Li``."""
    i = 0
    joined = False
    while i < len(words) and (words[i].word in ",.–—―-" or words[i].low in ("and", "but", "or")):
        joined = joined or words[i].low in ("and", "but", "or")
        i += 1
    if i >= len(words):
        return None
    low = words[i].low
    following = words[i + 1].low if i + 1 < len(words) else ""
    if low == "according" and following == "to":
        phrase = phrase_at(words, i + 2)
        return _found(words, phrase, (words[i].start, words[i + 1].end), "named after “according to”", 0.95)
    if low == "in" and following:
        owner = _in_view_of(words, i + 1)
        if owner is not None:
            return owner
    if low == "as" and following:
        i += 1
        low = words[i].low
    if low in CUES and not low.endswith("ing") and not joined:
        phrase = phrase_at(words, _skip_adverbs(words, i + 1))
        if phrase is not None and not (low in NOUNLIKE and phrase.kind == "nominal" and following in PREPOSITIONS):
            return _found(words, phrase, _span(words, i), f"follows “{words[i].word}” right after the quote", 0.95)
    inverted = _inverted_later(words, i)
    phrase = phrase_at(words, i)
    k = None
    if phrase is not None:
        k = phrase.last + 1
        if k >= len(words) or words[k].low not in CUES_FINITE:
            k = _verb_after(words, k)
    if phrase is not None and k is not None:
        between = words[phrase.last + 1 : k]
        if between and between[0].word == ",":
            inverted = None
        direct = all(w.low in AUXILIARIES or (w.low.endswith("ly") and w.word.islower()) for w in between)
        if direct or inverted is None:
            if not direct and between[0].word != ",":
                phrase = subject_of(words, i, k) or phrase
            reason = f"subject of “{words[k].word}” right after the quote"
            return _found(words, phrase, _span(words, k), reason, 0.97 if direct else 0.85)
    if inverted is not None:
        return inverted
    # "When asked about it, Li said": the subject stands left of the verb.
    k = _verb_after(words, i)
    if k is not None:
        phrase = subject_of(words, i, k)
        return _found(words, phrase, _span(words, k), f"subject of “{words[k].word}” after the quote", 0.8)
    return None


def _in_view_of(words: list[Token], i: int) -> Attribution | None:
    """``in Li's words``, ``in the minister's view``."""
    for k in range(i, min(len(words), i + 8)):
        if words[k].low in ("view", "words", "opinion", "telling", "phrase") and k > i:
            phrase = phrase_at(words, i)
            if phrase is None:
                return None
            owner = words[k - 1]
            end = owner.end - 2 if owner.low.endswith(("’s", "'s")) else owner.end
            speaker = Phrase(phrase.start, end, phrase.kind, i, k - 1)
            return Attribution(speaker, _span(words, k), None, f"named before “{words[k].word}”", 0.9)
        if not is_word(words[k].word):
            return None
    return None


_INVERTED = frozenset("said says added adds wrote writes explained noted argued joked asked warned recalled".split())


def _inverted_later(words: list[Token], start: int) -> Attribution | None:
    """``… that she can win, said Li``: verb behind a comma, its subject behind the verb."""
    for k in range(start + 1, min(len(words) - 1, start + 45)):
        if words[k - 1].word != "," or words[k].low not in _INVERTED:
            continue
        phrase = phrase_at(words, k + 1)
        if phrase is not None and phrase.kind == "nominal" and words[k].low not in ("said", "says"):
            continue
        if phrase is not None and (phrase.last + 1 >= len(words) or not is_word(words[phrase.last + 1].word)):
            return _found(words, phrase, _span(words, k), f"follows “{words[k].word}” after the quote", 0.85)
    return None


def before_quote(words: list[Token]) -> Attribution | None:
    """The attribution that leads up to a quote: ``Li said:``, ``Li told reporters that``, ``calling it``."""
    n = len(words)
    if n >= 2 and words[-1].word == ":":
        label = _label(words)
        if label is not None:
            return _found(words, label, _span(words, n - 1), "named before a colon", 0.85)
    weak: Attribution | None = None
    for k in range(n - 1, max(-1, n - 40), -1):
        low = words[k].low
        if low == "to" and k and words[k - 1].low == "according":
            phrase = phrase_at(words, k + 1)
            if phrase is not None:
                return _found(words, phrase, (words[k - 1].start, words[k].end), "named after “according to”", 0.9)
        if low not in CUES or not (words[k].word.islower() or k == 0):
            continue
        if k and words[k - 1].low in _BE and not low.endswith("ing"):  # "was asked by"
            if k + 2 < n and words[k + 1].low == "by":
                phrase = phrase_at(words, k + 2)
                return _found(words, phrase, _span(words, k), f"agent of “{words[k].word}” before the quote", 0.85)
            continue
        if k == n - 1 and low in _NAMING and k and words[k - 1].word.islower() and is_word(words[k - 1].word):
            return weak  # "a class called “…”"
        if CUES[low] in _ONLY_AFTER and words[-1].word not in ",:":
            continue
        near = n - k <= 5
        if low in NOUNLIKE and not (_is_verb(words, k) or (n - k <= 2 and _may_be_verb(words, k))):
            continue
        if not near and CUES[low] not in CORE:
            continue
        phrase = _gerund_subject(words, k) if low.endswith("ing") else subject_of(words, 0, k)
        if phrase is None and not low.endswith("ing") and (k == 0 or not is_word(words[k - 1].word)):
            phrase = phrase_at(words, k + 1) if CUES[low] != "tell" else None  # "Said Li, …"
        if phrase is None:
            continue
        confidence = 0.95 if n - k < 3 else 0.85
        found = _found(words, phrase, _span(words, k), f"subject of “{words[k].word}” before the quote", confidence)
        if n - k > 6:
            nearer = _behind_quoted(words, k)
            if nearer is not None:
                return _found(words, nearer, None, "subject of the clause that holds the quote", 0.6)
        if words[-1].word == ":" and n - k > 8:
            nearer = _last_clause(words, k)
            if nearer is not None:
                return _found(words, nearer, _span(words, n - 1), "subject of the clause before the colon", 0.75)
        if k and words[k - 1].low in _UNREAL:
            weak = weak or (found._replace(confidence=0.6) if found else None)
            continue
        return found
    if weak is None and n >= 2 and words[-1].word == ":":
        phrase = lead_phrase(words, 0, n - 1)
        return _found(words, phrase, _span(words, n - 1), "subject of the sentence before the colon", 0.7)
    return weak


# Verbs that attribute also when they stand far from the marks.
CORE = frozenset(
    """say tell add write tweet claim argue state note warn call describe insist declare announce suggest explain
    acknowledge ask contend maintain assert allege predict accuse dismiss denounce label dub brand criticize
    criticise characterize blast slam respond reply continue conclude stress emphasize urge vow promise pledge
    report testify read complain concede admit point recall joke observe remark reiterate""".split()
)
# Attribute what stands before them: "…,” she began".
_ONLY_AFTER = frozenset("begin start go put continue point".split())
_BE = frozenset("is was were are been being be".split())
_NAMING = frozenset("called titled entitled named dubbed labeled labelled nicknamed termed styled".split())
_UNREAL = frozenset("to would will could should can may might must won’t won't wouldn’t wouldn't".split())


def _behind_quoted(words: list[Token], k: int) -> Phrase | None:
    """The subject of a clause that begins between an earlier quote and this one."""
    for i in range(len(words) - 1, k, -1):
        if words[i].word == "“”":
            j = i + 1
            while j < len(words) and (words[j].word in ",–—-" or words[j].low in ("and", "but", "while")):
                j += 1
            phrase = phrase_at(words, j) if j > i + 1 else None
            if phrase is not None and phrase.kind != "nominal" and phrase.last + 1 < len(words):
                verb = words[phrase.last + 1]
                return phrase if is_word(verb.word) and verb.word.islower() else None
            return None
    return None


def _last_clause(words: list[Token], k: int) -> Phrase | None:
    """The pronoun or name that begins the last clause behind word ``k``."""
    for i in range(len(words) - 2, k + 2, -1):
        if words[i - 1].low in ("but", "and", "while", "as", ";") and words[i].low not in DETERMINERS:
            phrase = phrase_at(words, i)
            if phrase is not None and phrase.kind != "nominal":
                return phrase
    return None


def _label(words: list[Token]) -> Phrase | None:
    """The name that a line or a dash puts before a colon: ``Jones:``, ``… – Carl Jones:``."""
    n = len(words) - 1
    c = n - 1
    while c >= 0 and n - c < 9 and words[c].word not in "–—-.;,”\"":
        c -= 1
    i = c + 1
    if n - i > 2 and words[i].low in ("more", "from", "via") and "from" in (words[i].low, words[i + 1].low):
        i += 1 if words[i].low == "from" else 2
    phrase = phrase_at(words, i) if i < n else None
    if phrase is None or phrase.last != n - 1 or phrase.kind == "pronoun" or words[i].low in CUES:
        return None
    if phrase.kind == "nominal" and words[i].low not in DETERMINERS:
        return None
    return phrase


def _gerund_subject(words: list[Token], k: int) -> Phrase | None:
    """Who does the "saying": the subject of the clause, or the name between "with" and the verb."""
    j = k - 1
    while j >= 0 and (words[j].low in AUXILIARIES or words[j].low.endswith("ly")):
        j -= 1
    if j >= 1 and is_word(words[j].word) and words[j].low not in PREPOSITIONS and words[j].low not in CONJUNCTIONS:
        phrase = phrase_ending(words, 0, j)
        if phrase is not None and phrase.first and words[phrase.first - 1].low == "with":
            return phrase
    for before in range(k - 1, max(-1, k - 40), -1):
        if words[before].low in CUES_FINITE and words[before].low not in NOUNLIKE and words[before].word.islower():
            phrase = subject_of(words, 0, before)
            if phrase is not None:
                return phrase
    return lead_phrase(words, 0, k)


def anywhere(words: list[Token]) -> Attribution | None:
    """The first attribution of a sentence whose quoted words were taken out."""
    inverted = _inverted_later(words, 0)
    if inverted is not None:
        return inverted
    for k, token in enumerate(words):
        low = token.low
        if low == "according" and k + 1 < len(words) and words[k + 1].low == "to":
            phrase = phrase_at(words, k + 2)
            if phrase is not None:
                return _found(words, phrase, (token.start, words[k + 1].end), "named after “according to”", 0.85)
        if low in CUES and not low.endswith("ing") and (low not in NOUNLIKE or _is_verb(words, k)):
            if not token.word.islower() or (k and words[k - 1].low in _UNREAL):
                continue
            phrase = subject_of(words, 0, k)
            if phrase is None and k and k + 1 < len(words) and words[k - 1].word in ",”":
                phrase = phrase_at(words, k + 1)
            if phrase is not None:
                return _found(words, phrase, _span(words, k), f"subject of “{token.word}” in the sentence", 0.75)
    return None


def subject_of(words: list[Token], low: int, k: int) -> Phrase | None:
    """The subject of the verb at ``k``, read backwards over adverbs, appositives and relative clauses."""
    j = k - 1
    while j >= low and k - j < 40 and words[j].word.islower() and (words[j].low in AUXILIARIES or words[j].low.endswith("ly")):
        j -= 1
    if j < low:
        return None
    word = words[j]
    if word.low in ("who", "which", "that"):
        j -= 1
        if j >= low and words[j].word == ",":
            j -= 1
        return phrase_ending(words, low, j)
    if word.word == ",":
        return _head_before_commas(words, low, j)
    if word.word in "—–-―":
        c = j - 1
        while c > low and words[c].word != word.word:
            c -= 1
        return phrase_ending(words, low, c - 1) if c > low else None
    if word.low in ("and", "or", "but", "then"):
        return lead_phrase(words, low, j)
    return phrase_ending(words, low, j)


def phrase_ending(words: list[Token], low: int, j: int) -> Phrase | None:
    """The noun phrase whose last word is ``j``, or whose head ``j`` still belongs to."""
    if j >= low and words[j].word in ")]":
        while j > low and words[j].word not in "([":
            j -= 1
        j -= 1
    c = j
    while c >= low and j - c < 40:
        word = words[c]
        if word.word in _STOPS or word.word == "," or (word.low in CONJUNCTIONS and word.low != "and"):
            break
        if c < j and (word.low in CUES_FINITE and word.low not in NOUNLIKE):
            break
        c -= 1
    if c > low and words[c].low in ("who", "which", "whom", "that"):
        inner = phrase_at(words, c + 1) if c + 1 <= j and _begins_subject(words[c + 1]) else None
        if inner is not None and (inner.last >= j or _goes_on(words, inner.last + 1, j)):
            return inner if inner.last <= j else inner._replace(last=j, end=words[j].end)
    if c > low and words[c].low in ("who", "which"):
        before = c - 1
        if words[before].word == ",":
            before -= 1
        return phrase_ending(words, low, before) if before >= low else None
    first = c + 1
    while first < j and words[first].low in ("and", "but", "so", "yet"):
        first += 1
    head = phrase_at(words, first) if first <= j else None
    if head is not None and (head.last >= j or _goes_on(words, head.last + 1, j)):
        return head if head.last <= j else head._replace(last=j, end=words[j].end)
    if low < first <= j and words[first].low in PREPOSITIONS and words[first - 1].low in ("and", "but"):
        return subject_of(words, low, first)  # "and in a statement said"
    for i in range(first, j + 1):
        phrase = phrase_at(words, i)
        if phrase is not None and phrase.last >= j:
            return phrase._replace(last=j, end=words[j].end) if phrase.last > j else phrase
    return None


def _begins_subject(token: Token) -> bool:
    return is_capital(token.word) or token.low in SUBJECT_PRONOUNS or token.low in DETERMINERS


def _goes_on(words: list[Token], i: int, j: int) -> bool:
    """Whether the words from ``i`` to ``j`` only narrow a noun: "a letter obtained by the agency"."""
    low = words[i].low
    if low in PREPOSITIONS or words[i].word == "(":
        return True
    return low.endswith(("ed", "ing")) and i < j and words[i + 1].low in PREPOSITIONS and words[i - 1].word.islower()


def lead_phrase(words: list[Token], low: int, high: int) -> Phrase | None:
    """The first noun phrase of a clause that can be its subject."""
    i = _behind_dateline(words, low, high)
    while i < high:
        while i < high and (words[i].low in ("and", "but", "so", "yet") or not is_word(words[i].word)):
            i += 1
        if i >= high:
            return None
        phrase = phrase_at(words, i)
        if phrase is not None and words[i].low not in ("there", "this", "that"):
            return phrase
        # an opening phrase ("On Monday, …"): go on behind its comma
        comma = i
        while comma < high and words[comma].word != ",":
            comma += 1
        if comma >= high:
            for k in range(i + 1, high):
                phrase = phrase_at(words, k)
                if phrase is not None and phrase.last + 1 < len(words) and _starts_verb(words[phrase.last + 1]):
                    return phrase
            return None
        i = comma + 1
    return None


def _behind_dateline(words: list[Token], low: int, high: int) -> int:
    """Where the sentence begins behind "LONDON (AP) —"."""
    if low < high and is_capital(words[low].word):
        for i in range(low + 1, min(high, low + 9)):
            if words[i].word in "—–-" and (words[low].word.isupper() or words[i - 1].word == ")"):
                return i + 1
            if words[i].word[0].islower():
                break
    return low


def _starts_verb(token: Token) -> bool:
    return token.low in CUES_FINITE or token.low in AUXILIARIES or token.low.endswith("ed")


def _head_before_commas(words: list[Token], low: int, comma: int) -> Phrase | None:
    """The head of "Li, an analyst at the bank, " where ``comma`` closes the appositive."""
    c = comma - 1
    depth = 0
    starts = [comma]
    while c >= low and comma - c < 60:
        word = words[c].word
        if word in ")]":
            depth += 1
        elif word in "([":
            depth = max(0, depth - 1)
        elif word in _STOPS:
            break
        elif word == "," and not depth:
            starts.append(c)
        c -= 1
    starts.append(c)
    chunks = [(a + 1, b) for b, a in zip(starts, starts[1:], strict=False) if a + 1 < b]
    if not chunks:
        return None
    first, stop = chunks[-1]
    while first < stop and (words[first].low in CONJUNCTIONS or words[first].low == "as"):
        first += 1
    head = phrase_at(words, first) if first < stop else None
    if head is not None and head.last < stop and (head.last + 1 >= stop or _goes_on(words, head.last + 1, stop)):
        return head
    # Behind opening phrases: the last of the parts that is a name and nothing else.
    for a, b in chunks:
        phrase = phrase_at(words, a)
        if phrase is not None and phrase.kind == "name" and phrase.last < b:
            if phrase.last + 1 == b or words[phrase.last + 1].word == "(":
                return phrase
    return lead_phrase(words, c + 1, comma)


def _verb_after(words: list[Token], start: int) -> int | None:
    """The first word from ``start`` on that is a cue and a verb."""
    for k in range(start, min(len(words), start + 40)):
        low = words[k].low
        if (
            low in CUES
            and not low.endswith("ing")
            and words[k].word.islower()
            and (low not in NOUNLIKE or _is_verb(words, k))
        ):
            return k
        if words[k].word in _STOPS:
            return None
    return None


def _is_verb(words: list[Token], k: int) -> bool:
    """Whether a word that may be a noun ("reports") stands as a verb: beside a plain subject."""
    if k == 0:
        return False
    before = words[k - 1]
    low = before.low
    if low in SUBJECT_PRONOUNS or low in ("also", "then", "later", "who", "to"):
        return True
    if low in DETERMINERS or low in PREPOSITIONS or low in AUXILIARIES or low.endswith(("’s", "'s", "s’", "s'")):
        return False
    if words[k].low.endswith("ed"):
        return True
    if k + 1 < len(words) and words[k + 1].low in ("of", "and", "or", "for", "from", "between"):
        return False
    return is_capital(before.word) or before.word == ","


def _may_be_verb(words: list[Token], k: int) -> bool:
    """Whether a noun-like form right before the quote can be its verb: "the ad claims “…”"."""
    if k == 0:
        return False
    low = words[k - 1].low
    return not (
        low in DETERMINERS or low in PREPOSITIONS or low.endswith(("’s", "'s")) or words[k].low.endswith("ing")
    ) and (words[k].low != CUES[words[k].low] or is_capital(words[k - 1].word))


def _skip_adverbs(words: list[Token], i: int) -> int:
    while i < len(words) and words[i].low in ("later", "also", "today", "yesterday", "then"):
        i += 1
    return i


def _span(words: list[Token], k: int) -> tuple[int, int]:
    return words[k].start, words[k].end


def _found(
    words: list[Token], phrase: Phrase | None, cue: tuple[int, int] | None, reason: str, confidence: float
) -> Attribution | None:
    if phrase is None:
        return None
    return Attribution(phrase, cue, role_of(words, phrase), reason, confidence)


def role_of(words: list[Token], phrase: Phrase) -> tuple[int, int] | None:
    """The appositive behind a name: "director of the Institute"."""
    i = phrase.last + 1
    if phrase.kind != "name" or i + 1 >= len(words) or words[i].word != ",":
        return None
    i += 1
    if words[i].word.isdigit() and i + 2 < len(words) and words[i + 1].word == ",":
        i += 2  # an age
    if words[i].low in DETERMINERS and i + 1 < len(words):
        first = i + 1
    else:
        first = i
    word = words[first]
    if not is_word(word.word) or word.low in CONJUNCTIONS or word.low in PREPOSITIONS or word.low in CUES_FINITE:
        return None
    if word.low in SUBJECT_PRONOUNS or word.low.endswith("ing"):
        return None
    last = first
    while last + 1 < len(words) and words[last + 1].word not in ",.;:()“\"—–" and words[last + 1].low not in (
        "who", "which", "said", "told",
    ):
        last += 1
    return words[first].start, words[last].end
