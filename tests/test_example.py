"""The bundled article, which `make demo` reads."""

from importlib.resources import files

from stancekit import extract_quotes


def test_its_sentences_and_speakers_are_found_and_its_terms_and_furniture_left_out() -> None:
    text = files("stancekit").joinpath("example.txt").read_text("utf-8")
    quotes = extract_quotes(text)
    found = [(s.text.split(",")[0][:40], q.speaker and q.speaker.name) for q in quotes for s in q.sentences]
    assert found == [
        ("We have been told that both delegations ", "Helena Marsh"),
        ("If they agree on even a short list of go", "Helena Marsh"),
        ("The two governments will be fighting ove", "Wu Jianming"),
        ("They call it ‘competition’ in public", "Wu Jianming"),
        ("In the ministries it is understood as co", "Wu Jianming"),
        ("We moved the second line to Monterrey in", "An export manager at a maker of power converters"),
        ("a period of calm", "Daniel Osei"),
        ("They are needed", "Daniel Osei"),
    ]
