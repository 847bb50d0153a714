"""What `extract_quotes` and `split_sentences` promise, one behaviour a test."""

import subprocess
import sys

import pytest

from stancekit.quotes import extract_quotes, split_sentences
from stancekit.quotes.cues import CUES
from stancekit.quotes.furniture import is_furniture
from stancekit.records import Quote


def spoken(text: str, **options) -> list[str]:
    return [quote.spoken for quote in extract_quotes(text, **options)]


def test_mentions_and_reported_speech_are_left_out_by_default():
    text = "The so-called “experts” met. Analysts said that the port would close. “We are done,” said Ann Duarte."
    assert spoken(text) == ["We are done,"]
    assert [quote.kind for quote in extract_quotes(text, kinds="all")] == ["mention", "reported", "speech"]


def test_a_single_kind_can_be_asked_for():
    text = "The so-called “experts” met. “We are done,” said Ann Duarte."
    assert spoken(text, kinds=("mention",)) == ["experts"]


def test_an_interrupted_sentence_is_one_sentence_around_its_attribution():
    text = "“The bank,” Ito said, “has never missed a payment. It never will.”"
    (quote,) = extract_quotes(text)
    assert [s.text for s in quote.sentences] == ["The bank, has never missed a payment.", "It never will."]
    first = quote.sentences[0]
    assert text[first.start : first.end] == "The bank,” Ito said, “has never missed a payment."


def test_two_whole_sentences_around_an_attribution_stay_two():
    (quote,) = extract_quotes("“We lost,” Ito said. “We will try again.”")
    assert [s.text for s in quote.sentences] == ["We lost,", "We will try again."]


def test_mentions_have_no_sentences():
    (mention,) = extract_quotes("The so-called “experts” met.", kinds="all")
    assert mention.sentences == ()


def test_quotes_nest_to_any_depth():
    text = "“I asked: ‘Did he say “never” to you?’ She nodded,” said Rita Lang."
    (outer,) = extract_quotes(text)
    (middle,) = outer.children
    (inner,) = middle.children
    assert (middle.text, inner.text) == ("Did he say “never” to you?", "never")


def test_the_cue_is_a_span_of_the_text():
    text = "“We lost,” Ito conceded."
    (quote,) = extract_quotes(text)
    assert quote.cue is not None
    assert text[quote.cue.start : quote.cue.end] == quote.cue.text == "conceded"


def test_the_role_of_an_appositive_is_kept_for_later_quotes():
    text = "“It rained,” said Ann Duarte, the mayor of Orsk.\n\n“It will rain,” Duarte added."
    assert [quote.speaker.role for quote in extract_quotes(text)] == ["mayor of Orsk", "mayor of Orsk"]


@pytest.mark.parametrize("name", ["Sen. Ada Brandt (N-Velm.)", "Ada Brandt (she won) of Velmar", "Ada Brandt (N)"])
def test_brackets_between_name_and_verb_are_passed_over(name):
    (quote,) = extract_quotes(f"“We won the vote,” {name} said on Monday.")
    assert quote.speaker.name == "Ada Brandt"


def test_a_participle_is_no_cue():
    (quote,) = extract_quotes("Brandt told the court in a written statement, “I was not there.”")
    assert quote.speaker.text == "Brandt"


def test_an_age_is_not_a_role():
    (quote,) = extract_quotes("“It rained,” said Ann Duarte, 46, a baker.")
    assert quote.speaker.role == "baker"


def test_reasons_are_words_and_confidence_falls_with_distance():
    text = "“It rained,” Ann Duarte said on Monday.\n\n“It will rain again tomorrow.”"
    near, far = extract_quotes(text)
    assert near.speaker.reason == "subject of “said” right after the quote"
    assert "paragraph before" in far.speaker.reason
    assert near.speaker.confidence > far.speaker.confidence


def test_quotes_that_are_each_signed_on_their_line_go_to_their_signers():
    text = "“The rent is up again.” ― Ann Duarte\n“Nobody asked us.”― Pavel Dorn\u00a0\n“I moved away.”\u00a0– Ken Sato"
    assert [quote.speaker.name for quote in extract_quotes(text)] == ["Ann Duarte", "Pavel Dorn", "Ken Sato"]


def test_a_pronoun_that_nobody_explains_says_so():
    (quote,) = extract_quotes("“It rained,” she said.")
    assert quote.speaker.name == "she"
    assert "does not tell" in quote.speaker.reason


def test_a_pronoun_never_goes_to_a_name_of_the_other_gender():
    text = "Mr. Okafor left early. “It rained,” she said."
    (quote,) = extract_quotes(text)
    assert quote.speaker.name == "she"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ann Duarte runs the port. She was blunt about the fire:\n\n“We lost a year.”", "Ann Duarte"),
        ("“We were told that nothing would change.”\n\n— Dana Roe, baker", "Dana Roe"),
        ("“We were told that nothing would change.” ― Dana Roe.\n\nThe hall closed at ten.", "Dana Roe"),
        ("Ada Brandt met Paul Roe. As for Roe, he said: “I will not run.”", "Paul Roe"),
        ("“The vote was fair,” the Velmar Post’s Dana Roe wrote.", "Dana Roe"),
        ("Megan Kelly met Phyllis Schlafly. “It is sound,” Schlafly said.", "Phyllis Schlafly"),
        ("Nils Aas, the former minister, spoke. “It was a poor deal,” the former minister said.", "Nils Aas"),
        ("Sen. Ada Brandt spoke on Monday. “We won the vote,” the senator said.", "Ada Brandt"),
        ("Mayor Ann Duarte opened the hall. Her husband, Ivo, cooked. “It rained,” he said.", "Ivo"),
        ("Mrs. Duarte spoke. Paul Roe spoke. “It rained,” she told Roe.", "Duarte"),
    ],
)
def test_a_speaker_is_named(text, name):
    (quote,) = extract_quotes(text)
    assert quote.speaker.name == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            "Paul Roe spoke. “It rained,” he said.\n\nA porter at an inn on the edge of the old harbour, who "
            "gave no name because she feared for her post, said the roof had leaked. “We used buckets,” she said.",
            "A porter at an inn on the edge of the old harbour",
        ),
        (
            "Paul Roe spoke. “It rained,” he said.\n\nA clerk at a bank, who gave no name because she feared for her "
            "post, said the roof had leaked. “We used buckets,” he said.",
            "Paul Roe",
        ),
        (
            "“It rained,” a person close to the mayor said.\n\n“It froze,” the person added.",
            "a person close to the mayor",
        ),
        (
            "“It rained,” a source briefed on the sale said.\n\n“It froze,” the source said.",
            "a source briefed on the sale",
        ),
        (
            "“It rained,” an official familiar with the sale said.\n\nSnow fell.\n\n“It froze,” the official said.",
            "an official familiar with the sale",
        ),
        (
            "“It rained,” an executive involved in the sale said.\n\n“It froze,” the executive said.",
            "an executive involved in the sale",
        ),
        ("The mayor's aide, Ivo Aas, refused to say whether Oslo had been told. “Ask them,” he said.", "Ivo Aas"),
        ("Oslo complained loudly on Monday, and in Oslo it rained. “It froze,” he said.", "he"),
        ("South Korea complained on Monday. “It froze,” she said.", "she"),
        ("Rep. Denzel Washington spoke. Washington was angry. “It froze,” he said.", "Denzel Washington"),
    ],
)
def test_the_last_speaker_is_named(text, name):
    assert extract_quotes(text)[-1].speaker.name == name


def test_a_given_name_shows_no_gender():
    (quote,) = extract_quotes("Barbara Roe left early. “It rained,” he said.")
    assert quote.speaker.name == "Barbara Roe"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("“It rained,” Paul Roe said. And a third, Tom Okafor, said he was tired. “It froze,” he said.", "Tom Okafor"),
        ("One of the claims of Mayor Paul Roe’s\u00a0speech was false. He said: “It rained.”", "Paul Roe"),
        ("“It rained,” Tom Okafor said. The letters show that Mr. Roe left behind what he called “a mess”.", "Roe"),
        ("“It rained,” said Nadia Bell. Meanwhile Orla, who came late, spoke of snow. “It froze,” she said.", "Orla"),
        ("“It froze,” said Nadia Bell. On Monday Ann Roe won the vote, at last. “It rained,” she said.", "Ann Roe"),
        ("“It froze,” said Paul Roe. As for the talk of “frost,” Okafor laughed. “It rained,” he said.", "Okafor"),
        ("“It rained,” said Paul Roe. Bell’s campaign complained about it. “It froze,” he said.", "Paul Roe"),
        ("“It rained,” said Tom Okafor.\n\nThen there’s Roe.\n\n“It froze,” he wrote. Paul Roe left.", "Paul Roe"),
        (
            "“It rained,” said Barbara Bell. It sank, says a post from Mara Lindqvist. “It froze,” she wrote.",
            "Mara Lindqvist",
        ),
        ("Paul Roe spoke. Roe earlier Thursday said the bridge was shut. He promised a report “soon.”", "Paul Roe"),
        (
            "“It rained,” said Paul Roe. Audiences can expect snow. Audiences may laugh. “It froze,” he said.",
            "Paul Roe",
        ),
        ("„Wir“ is a word. “We all sing,” said Paul Roe. „Wir“ came first. “It froze,” he said.", "Paul Roe"),
        ("“It rained,” said director of sales Mara Lindqvist. “It froze,” she added.", "Mara Lindqvist"),
        ("It would fall to Mayor Barbara Bell, who told us: “It rained.” She added, “It froze.”", "Barbara Bell"),
        ("The State Ferry Office gave a “poor answer” when it told us “no.”", "State Ferry Office"),
    ],
)
def test_a_pronoun_goes_to_whom_the_words_before_speak_of(text, name):
    assert extract_quotes(text)[-1].speaker.name == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Harbour Insider sold its boats. “We are done,” the company said.", "Harbour Insider"),
        ("The State Ferry Office missed its goal. “We worked hard,” said the agency.", "State Ferry Office"),
        ("Orsk had two fires. The town said the loss was “a blow to all”.", "Orsk"),
        (
            "Velmar Group sells fish. The trade group for bakers met. “It rose,” the group wrote.",
            "The trade group for bakers",
        ),
        ("The Velmar Board of Bridges met. “We agree,” the board said.", "Velmar Board of Bridges"),
        ("The Roe campaign fell silent. Critics laughed. “We will win,” the campaign said.", "the Roe campaign"),
        ("“It rained,” said Nadia Bell, a plaintiff in the lawsuit. “It leaked,” the lawsuit says.", "the lawsuit"),
        (
            "“It rained,” said Sen. Nadia Bell.\n\nPaul Roe met his team. The senator said his plan was “strong.”",
            "Paul Roe",
        ),
        ("“He won,” the assailant, Tom Okafor, told the court.", "Tom Okafor"),
        ("New Polls Show Big Gaps In Velmar\n\nThe candidate said the vote was “a leap.”", "The candidate"),
    ],
)
def test_a_nominal_is_named_by_what_the_article_says_of_it(text, name):
    assert extract_quotes(text)[-1].speaker.name == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Velmar’s Ivo Marek spoke. “It rained,” Marek said.", "Ivo Marek"),
        ("Mrs. Maria Stella Roe Duarte spoke. “It rained,” Roe Duarte said.", "Maria Stella Roe Duarte"),
        ("The talks were “a mess,” in the words of Paul Roe.", "Paul Roe"),
        ("The talks were “a mess,” in the words of one clerk.", "one clerk"),
        ("Paul Roe, citing “magic,” said the candidate could win.", "Paul Roe"),
    ],
)
def test_a_name_is_found_whole(text, name):
    (quote,) = extract_quotes(text)
    assert quote.speaker.name == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Nadia Bell spoke. “It rained,” she said.\n\nPause.\n\n“It froze.”\n\nShe said it was “late.”", "Nadia Bell"),
        ("“It rained,” the letter read. It stated that the harbour was “a ruin.”", "the letter"),
        ("A letter to the board from the clerks, which urged haste, was short. “It froze,” it said.", "A letter"),
        ("The Council of Velmar opposed a rise.\n\n“It froze,” it said.", "The Council of Velmar"),
        ("What Velmar can offer is fish. It said the fish was “fresh.” Boats are built in Velmar.", "Velmar"),
        ("Ada Brandt’s letter is very different. On the harbour, she promised “a new pier.”", "Ada Brandt"),
        (
            "“It rained,” said Tom Okafor. For Bell, a cook, it was dull. “It froze,” she said. Ada Bell left.",
            "Ada Bell",
        ),
        (
            "“It rained,” Paul Roe said.\n\nTom Okafor holds up the key to the tower.\n\n“It froze,” he added.",
            "Paul Roe",
        ),
        ("“It rained,” Paul Roe said. Tom Okafor said he was tired. “It froze,” he added.", "Tom Okafor"),
        ("“It rained,” said Ada Bell, a baker. She’s a friend of Mr. Roe. “It froze,” she said.", "Ada Bell"),
        ("“It rained,” said Ada Bell. Chairman Ivo Aas called it “weak.” The boat, she said, was “late.”", "Ada Bell"),
        ("Was Okafor pleased? “It rained,” he said. Tom Okafor left.", "Tom Okafor"),
        ("When Tom Okafor, Velmar’s coach was asked on Harbour Day, he laughed and said, “We will see.”", "Tom Okafor"),
        ("One baker helping Mr. Roe, Tom Okafor of Velmar, said he was tired. “It froze,” he said.", "Tom Okafor"),
        ("“It rained,” said the clerk known as Orla. Nor, she said, was it “late.”", "Orla"),
        ("The woman described herself to us as a baker named Orla. “It froze,” she said.", "Orla"),
        (
            "Bell then discussed Mr. Roe’s boat and explained its price. “It froze,” she said. Ada Bell left.",
            "Ada Bell",
        ),
        ("Despite the Velmar attacks, Okafor says it is late. “It froze,” he said. Tom Okafor left.", "Tom Okafor"),
    ],
)
def test_a_pronoun_finds_its_subject_past_asides(text, name):
    assert extract_quotes(text)[-1].speaker.name == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            "Orsky fell.\n\nOrsky grew. Wilaya Orsky split off. Orsky admitted it. “It froze,” the company said.",
            "Orsky",
        ),
        ("Old Boats Rot\n\nThe Velmar Survey goes to all. The survey asks about “old boats.”", "Velmar Survey"),
        ("“It rained,” said Paul Roe.\n\nIn a later note, the candidate boasted that “everyone” sang.", "Paul Roe"),
        ("“It rained,” said Paul Roe.\n\n“You?” Ada Bell asked.\n\n“Me, yes,” the senator said.", "Paul Roe"),
        (
            "Sen. Paul Roe, at noon, said Mayor Brandt failed. Nothing Brandt did “will help,” the Orsk senator said.",
            "Paul Roe",
        ),
        (
            "Fog\nORS was quick after Paul Roe blamed the network.\nIn a note, the network said it was “false.”",
            "ORS",
        ),
        ("The Velmar Herald is giving a party. The old publication called the boat “a wreck.”", "Velmar Herald"),
        (
            "Though it rained, the Velmar Herald claims it froze. According to the newspaper, “It froze.”",
            "Velmar Herald",
        ),
    ],
)
def test_a_nominal_takes_up_who_goes_on_talking(text, name):
    assert extract_quotes(text)[-1].speaker.name == name


def test_the_father_is_not_the_son():
    (quote,) = extract_quotes("Paul Roe met us. “It rained,” Roe said. His father, Paul Roe Sr., left.")
    assert quote.speaker.name == "Paul Roe"


def test_a_pronoun_of_another_shows_no_gender():
    (quote,) = extract_quotes("Asked by Matt Roe whether she had slept, she said, “It rained.” Ada Bell left.")
    assert quote.speaker.name == "she"


@pytest.mark.parametrize("mention", ["the witness", "the spokeswoman", "the company", "the crowd", "a man"])
def test_a_nominal_that_nobody_explains_stays_as_written(mention):
    (quote,) = extract_quotes(f"Ann Duarte opened the hall. “It rained,” {mention} said.")
    assert quote.speaker.name == mention


def test_whom_a_pronoun_speaks_to_is_never_the_pronoun():
    (quote,) = extract_quotes("Paul Roe left early. “I know,” he told Roe.")
    assert quote.speaker.name != "Paul Roe"


def test_a_title_with_its_year_is_a_mention():
    assert [quote.kind for quote in extract_quotes("Critics liked “The Long Harbour” (2005).", kinds="all")] == [
        "mention"
    ]


def test_quotes_go_to_dicts_and_back():
    text = "“He said ‘no’ and left,” Rita Lang recalled. “Then,” she said, “it rained.”"
    for quote in extract_quotes(text, kinds="all"):
        assert Quote.from_dict(quote.to_dict()) == quote


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Dr. A. B. Moss met Mr. Li. They talked.", 2),
        ("The U.S. Army came. It left.", 2),
        ("He lives in the U.S. She does not.", 2),
        ("It was No. 1 in May. Then No. 2 came.", 2),
        ("Wait … what? Yes!", 2),
        ("She waited... and waited. Then she left.", 2),
        ("At 5 p.m. the doors open. At 6 p.m. They close.", 3),
        ("Costs rose 3.5 percent. Nobody cared.", 2),
        ("“Go!” he said. She went.", 2),
        ("One line\nwrapped here. Two.", 2),
        ("Title without a stop\n\nA sentence.", 2),
        ("今日は雨だ。明日は晴れる。", 2),
        ("", 0),
    ],
)
def test_sentences(text, count):
    spans = split_sentences(text)
    assert [span.text for span in spans] == [text[span.start : span.end] for span in spans]
    assert len(spans) == count, [span.text for span in spans]


@pytest.mark.parametrize(
    "line",
    [
        "You must be logged in to post a comment Login",
        "Copyright © 2031 Velmar Courier. All rights reserved.",
        "Share this story",
        "Read more: “Mayor says the tunnel will open”",
        "Photo: “The Old Ferry” by Nils Aas",
        "Sign up for our “Morning Letter” newsletter",
    ],
)
def test_furniture_is_known(line):
    assert is_furniture(line, 0, len(line))
    assert spoken(line) == []
    assert spoken(line, kinds=("reported",)) == []


@pytest.mark.parametrize(
    "line", ["“Follow the money,” she said.", "Related firms pay tax, he said, " + "and so on " * 40]
)
def test_sentences_of_the_article_are_not_furniture(line):
    assert not is_furniture(line, 0, len(line))


def test_there_are_more_than_150_cue_verbs():
    assert len(set(CUES.values())) >= 150
    assert {"said", "tweeted", "wrote", "told", "quipped", "read"} <= CUES.keys()


def test_importing_the_room_brings_in_the_standard_library_only():
    code = (
        "import sys, stancekit.quotes;"
        "print([m for m in ('numpy', 'torch', 'transformers', 'datasets', 'sklearn') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert out.stdout.strip() == "[]"
