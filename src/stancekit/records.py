"""The data stancekit hands out: frozen, slotted, without behaviour that needs a model.

All offsets are Python string indices into the text as it was given, so that
``text[x.start:x.end]`` is what ``x`` stands for, whatever the text contains.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self

from stancekit.errors import DataError, OptionError

QuoteKind = Literal["speech", "partial", "mention", "reported"]
MIXED = "mixed"  # a quote with sentences on several sides
UNSURE = "unsure"  # a sentence below the confidence that was asked for


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text: ``text[start:end]``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who is quoted, as written and as resolved.

    Attributes:
        text: The mention that the attribution holds: "he", "Fang", "a trader".
        start: Offset of that mention.
        end: Its end.
        name: The fullest mention of the same speaker in the article; equals
            ``text`` where nothing fuller is known.
        role: What the article says the speaker is ("director of the Institute"), if it does.
        reason: Why the quote was given to this speaker, for people to read.
        confidence: From 0 to 1; a rule's own reliability, not a calibrated probability.
    """

    text: str
    start: int
    end: int
    name: str
    role: str | None = None
    reason: str = ""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model says of one sentence.

    Attributes:
        text: The sentence as it was given.
        stance: The most probable stance, or ``unsure`` where its probability was below `abstain_below`.
        confidence: Calibrated probability of the most probable stance.
        stance_scores: Calibrated probability of every stance, in the frame's order.
        sentiment: The most probable sentiment, or None for a frame without sentiment.
        sentiment_scores: Calibrated probability of every sentiment; empty without sentiment.
        quantiles: Conformal threshold of the stance head by coverage, from the checkpoint.
    """

    text: str
    stance: str
    confidence: float
    stance_scores: Mapping[str, float]
    sentiment: str | None = None
    sentiment_scores: Mapping[str, float] | None = None
    quantiles: Mapping[str, float] | None = None

    def stance_set(self, coverage: float = 0.9) -> tuple[str, ...]:
        """The stances that cannot be ruled out at this coverage, likeliest first.

        Split conformal sets over ``1 - probability`` (Sadinle, Lei & Wasserman 2019): on
        quotes like those the model was calibrated on, the true stance is in the set with
        at least this frequency.

        Args:
            coverage: One of the coverages that the checkpoint was calibrated for.

        Raises:
            OptionError: The checkpoint holds no threshold for this coverage.
        """
        known = self.quantiles or {}
        threshold = known.get(f"{coverage:g}")
        if threshold is None:
            offers = ", ".join(known) or "none"
            raise OptionError(f"no conformal threshold for coverage {coverage:g}; this model has: {offers}")
        ranked = sorted(self.stance_scores.items(), key=lambda item: -item[1])
        kept = tuple(label for label, p in ranked if 1 - p <= threshold)
        return kept or (ranked[0][0],)

    def _repr_html_(self) -> str:
        from stancekit.render import prediction_fragment

        return prediction_fragment(self)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a quote: the unit that is labelled.

    ``text`` is what was said; where an attribution interrupts the sentence it is left out, so that
    ``text`` is shorter than the slice from ``start`` to ``end``.
    """

    text: str
    start: int
    end: int
    prediction: Prediction | None = None

    @property
    def stance(self) -> str | None:
        """The predicted stance, or None before labelling."""
        return self.prediction.stance if self.prediction else None

    @property
    def sentiment(self) -> str | None:
        """The predicted sentiment, or None."""
        return self.prediction.sentiment if self.prediction else None

    @property
    def confidence(self) -> float | None:
        """Calibrated probability of the stance, or None."""
        return self.prediction.confidence if self.prediction else None


@dataclass(frozen=True, slots=True)
class Quote:
    """Something that somebody is quoted as saying.

    Attributes:
        text: ``article[start:end]``, without the outer marks. A quote interrupted by its
            attribution holds the attribution too; `spoken` leaves it out.
        start: Offset of the first quoted character.
        end: Offset after the last quoted character.
        fragments: The quoted stretches in order, disjoint; one unless interrupted or
            running over several paragraphs.
        kind: ``speech`` (a quoted sentence or more), ``partial`` (words woven into the reporter's
            sentence), ``mention`` (marks around a term, title or slogan: not speech),
            ``reported`` (speech without marks).
        sentences: What `spoken` splits into; empty for a mention.
        speaker: Who said it, or None where the article does not tell.
        cue: The word that attributes it: "said", "according to", ":".
        children: Quotes inside this one, in order.
        neither: The frame's neither label, once labelled.
    """

    text: str
    start: int
    end: int
    fragments: tuple[Span, ...]
    kind: QuoteKind
    sentences: tuple[Sentence, ...] = ()
    speaker: Speaker | None = None
    cue: Span | None = None
    children: tuple[Quote, ...] = ()
    neither: str | None = None

    @property
    def spoken(self) -> str:
        """The quoted words alone, fragments joined by a space."""
        return " ".join(fragment.text for fragment in self.fragments)

    @property
    def stance(self) -> str | None:
        """One side only → that side; several sides → ``mixed``; none → the frame's neither.

        Sentences the model was unsure of decide nothing; without a side elsewhere they make the quote ``unsure``.
        """
        labels = {s.stance for s in self.sentences if s.stance is not None}
        if not labels:
            return None
        sides = labels - {self.neither, UNSURE}
        if len(sides) > 1:
            return MIXED
        if sides:
            return sides.pop()
        return UNSURE if UNSURE in labels else self.neither

    def to_dict(self) -> dict[str, Any]:
        """A plain dict that JSON can hold; `from_dict` takes it back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The quote that `to_dict` was called on.

        Raises:
            DataError: Keys are missing or unknown.
        """
        try:
            values = dict(data)
            values["fragments"] = tuple(Span(**f) for f in values["fragments"])
            values["sentences"] = tuple(_sentence(s) for s in values.get("sentences", ()))
            values["children"] = tuple(cls.from_dict(c) for c in values.get("children", ()))
            for name, kind in (("speaker", Speaker), ("cue", Span)):
                if values.get(name) is not None:
                    values[name] = kind(**values[name])
            return cls(**values)
        except (KeyError, TypeError) as error:
            names = ", ".join(f.name for f in fields(cls))
            raise DataError(f"not a quote ({error}); a quote has: {names}") from error


def _sentence(data: Mapping[str, Any]) -> Sentence:
    values = dict(data)
    if values.get("prediction") is not None:
        values["prediction"] = Prediction(**values["prediction"])
    return Sentence(**values)


@dataclass(frozen=True, slots=True)
class Article:
    """An article that was read: its text, its quotes, each sentence labelled.

    Attributes:
        text: As given.
        quotes: In order.
        model: Name of the model that labelled it.
        labels: The frame's stance labels, in order.
    """

    text: str
    quotes: tuple[Quote, ...]
    model: str
    labels: tuple[str, ...]

    def rows(self) -> list[dict[str, Any]]:
        """One plain dict per quoted sentence, in order: offsets, speaker, stance and sentiment with all scores."""
        rows: list[dict[str, Any]] = []
        for number, quote in enumerate(self.quotes):
            for sentence in quote.sentences:
                p = sentence.prediction
                rows.append(
                    {
                        "quote": number,
                        "start": sentence.start,
                        "end": sentence.end,
                        "sentence": sentence.text,
                        "kind": quote.kind,
                        "speaker": quote.speaker.name if quote.speaker else None,
                        "speaker_as_written": quote.speaker.text if quote.speaker else None,
                        "role": quote.speaker.role if quote.speaker else None,
                        "quote_stance": quote.stance,
                        "stance": p.stance if p else None,
                        "confidence": p.confidence if p else None,
                        "stance_scores": dict(p.stance_scores) if p else None,
                        "sentiment": p.sentiment if p else None,
                        "sentiment_scores": dict(p.sentiment_scores or {}) if p else None,
                    }
                )
        return rows

    def to_dataset(self) -> Any:
        """The rows as a `datasets.Dataset`."""
        from datasets import Dataset

        return Dataset.from_list(self.rows())

    def to_html(self) -> str:
        """The article as one self-contained HTML page, its quoted sentences highlighted."""
        from stancekit.render import article_page

        return article_page(self)

    def _repr_html_(self) -> str:
        from stancekit.render import article_fragment

        return article_fragment(self)


@dataclass(frozen=True, slots=True)
class LabelledQuote:
    """One labelled quoted sentence: a row of a frame's ``quotes.jsonl``.

    Attributes:
        id: Unique within the file.
        text: The sentence.
        stance: A label of the frame.
        sentiment: ``positive``, ``neutral`` or ``negative``; None where it was not labelled.
        speaker: Who says it; empty for an unnamed speaker.
        role: What the speaker is.
        context: The quote's other sentences; empty where there are none.
        split: ``train``, ``dev`` or ``test``.
        group: The article or scenario; a group never straddles splits.
        written_by: Who wrote or first labelled it.
        second_stance: The label of a second reader who did not see the first.
        second_sentiment: Likewise.
        probs: Share of each stance among several annotators: a soft target.
        topic: What it is about; for slices.
        year: When it would have been said; for slices.
        hard: Why the row is hard on purpose ("negation"), or empty.
        source: File and line the row came from, for messages.
    """

    id: str
    text: str
    stance: str
    sentiment: str | None = None
    speaker: str = ""
    role: str = ""
    context: str = ""
    split: str = "train"
    group: str = ""
    written_by: str = ""
    second_stance: str | None = None
    second_sentiment: str | None = None
    probs: dict[str, float] | None = None
    topic: str = ""
    year: int | None = None
    hard: str = ""
    source: str = ""
