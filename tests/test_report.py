"""The report on a labelled corpus: what it counts, what it warns of, what it refuses."""

import io
import json
import random
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from labels import STANCES, write_labels
from stancekit import DataError, MissingExtraError, OptionError, prevalence, report
from stancekit.cli import main
from stancekit.corpus.changes import permutation_p
from stancekit.corpus.labels import open_labels
from stancekit.render import corpus_tables
from stancekit.render.corpus_figures import corpus_drawings
from test_render import HOSTILE, Page

Rows = list[dict[str, Any]]


def corpus(articles: int = 120, seed: int = 0) -> tuple[Rows, Rows]:
    """Articles of two years with five sentences each, and their true stances: the model finds too many against."""
    rng = random.Random(seed)
    rows, truth = [], []
    for number in range(articles):
        day = date(2023, 1, 1) + timedelta(days=730 * number // articles)
        for place in range(5):
            speaker, role = (("Mara Lindqvist", "the mayor of a town"), ("Tom Okafor", "a mill owner"), (None, None))[
                place % 3
            ]
            true = rng.choice(STANCES)
            stance = true if rng.random() < 0.8 else "against"
            if speaker == "Mara Lindqvist":
                stance = "against" if number < articles / 2 else "for"
            rows.append(
                {
                    "article": f"a{number}",
                    "start": 200 * place,
                    "end": 200 * place + 60,
                    "speaker": speaker,
                    "role": role,
                    "stance": stance,
                    "confidence": 0.5 + rng.random() / 2,
                    "date": day.isoformat(),
                    "outlet": f"Outlet {number % 4}",
                    "url": f"https://example.org/{number}",
                }
            )
            truth.append({"article": f"a{number}", "start": 200 * place, "stance": true})
    return rows, truth


def write_sample(path: Path, truth: Rows, size: int = 200) -> Path:
    chosen = random.Random(1).sample(truth, size)
    path.write_text("".join(json.dumps(row) + "\n" for row in chosen))
    return path


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    return write_labels(tmp_path / "labels", corpus()[0])


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    return write_sample(tmp_path / "sample.jsonl", corpus()[1])


# what it counts


def test_without_a_sample_shares_are_the_counts_and_the_warning_says_how_many_to_label(labels: Path) -> None:
    found = report(labels)
    rows = corpus()[0]
    assert found.overall is not None
    for stance in STANCES:
        share = found.overall.shares[stance]
        assert share.raw == pytest.approx(sum(row["stance"] == stance for row in rows) / len(rows))
        assert share.value is None
    assert found.to_label == {"0.05": 387}  # 600 sentences are too few for 3 points
    for view in (str(found), Page(found.to_html()).text):
        assert "biased" in view
        assert "387 for ± 5 points" in " ".join(view.split())


@pytest.mark.parametrize("format", ["parquet", "jsonl", "csv"])
def test_with_a_sample_shares_are_those_of_prevalence_in_every_format(
    tmp_path: Path, sample: Path, format: str
) -> None:
    labels = write_labels(tmp_path / "labels", corpus()[0], format=format)
    found = report(labels, sample, by="outlet", date="date:quarter")
    assert found.over_time is not None
    for ours, by in (
        ((found.overall,), ()),
        (found.cuts[0].groups, "outlet"),
        (found.over_time.groups, "date:quarter"),
    ):
        theirs = {group.name: group for group in prevalence(labels, sample, by=by).groups}
        assert len(ours) == len(theirs)
        for group in ours:
            assert group is not None
            other = theirs[group.name]
            assert (group.rows, group.labelled, group.clusters) == (other.rows, other.labelled, other.clusters)
            for stance, share in group.shares.items():
                want = other.shares[stance]
                assert (share.value, share.low, share.high) == pytest.approx(
                    (want.value, want.low, want.high), abs=1e-6
                )


def test_weights_are_those_of_prevalence(tmp_path: Path, labels: Path) -> None:
    rows = [row | {"w": 1 + i % 3} for i, row in enumerate(corpus()[1][::4])]
    sample = tmp_path / "sample.jsonl"
    sample.write_text("".join(json.dumps(row) + "\n" for row in rows))
    ours, theirs = report(labels, sample, weights="w").overall, prevalence(labels, sample, weights="w").groups[0]
    assert ours is not None
    assert ours.shares["for"].value == pytest.approx(theirs.shares["for"].value)


def test_the_many_values_of_a_column_become_ten_and_the_rest(tmp_path: Path) -> None:
    rows = [
        {"article": f"a{i}", "stance": "for", "outlet": f"o{min(i % 40, 20)}" if i % 7 else None} for i in range(400)
    ]
    (cut,) = report(write_labels(tmp_path / "labels", rows), by="outlet").cuts
    assert [group.name for group in cut.groups[-2:]] == ["(other)", "(none)"]
    assert len(cut.groups) == 12
    assert sum(group.rows for group in cut.groups) == 400
    assert cut.groups[0].name == "o20"


def test_roles_are_grouped_by_their_head_word(labels: Path) -> None:
    (cut,) = report(labels).cuts
    assert {group.name: group.rows for group in cut.groups} == {"mayor": 240, "owner": 240, "(none)": 120}


def test_quotes_are_of_different_speakers_articles_and_sources(tmp_path: Path) -> None:
    rows = [
        {
            "article": f"a{i}",
            "stance": STANCES[i % 3],
            "speaker": f"Ann Duarte{i % 30}",
            "outlet": f"o{i % 7}",
            "confidence": 0.6 + (i % 100) / 300,
        }
        for i in range(600)
    ]
    rows.append(rows[0] | {"confidence": 0.99, "speaker": "an official"})  # sure, but nobody's
    rows.append(rows[0] | {"confidence": 0.98, "sentence": "Too short."})
    found = report(write_labels(tmp_path / "labels", rows), by="outlet").telling
    assert {quote.stance for quote in found} == {"for", "against"}
    for stance in ("for", "against"):
        quotes = [quote for quote in found if quote.stance == stance]
        assert len(quotes) == 4
        for field in ("speaker", "article", "source"):
            assert len({getattr(quote, field) for quote in quotes}) == 4
        assert min(quote.confidence for quote in quotes) > 0.85
    assert {"an official", "Too short."}.isdisjoint({q.speaker for q in found} | {q.sentence for q in found})


def test_one_sentence_in_many_articles_is_quoted_once(tmp_path: Path) -> None:
    copy = "The agency's sentence that every paper printed that day, word by word."
    rows = [{"article": f"a{i}", "stance": "for", "speaker": f"Ann D{i}", "sentence": copy} for i in range(30)]
    assert len(report(write_labels(tmp_path / "labels", rows)).telling) == 1


def test_who_changed_is_found_and_who_did_not_is_not(labels: Path) -> None:
    first, second = report(labels).changes.speakers
    assert (first.speaker, second.speaker) == ("Mara Lindqvist", "Tom Okafor")
    assert first.moved == pytest.approx(-1 if first.stance == "against" else 1)
    assert first.p < 0.001
    assert second.p > 0.05
    assert sum(first.before.counts.values()) == first.before.sentences == 120


def test_people_without_a_name_or_with_few_sentences_are_not_compared(tmp_path: Path) -> None:
    rows = corpus()[0]
    for row in rows:
        row["speaker"] = {"Mara Lindqvist": "a mayor", "Tom Okafor": f"Ann {row['article']}"}.get(row["speaker"])
    found = report(write_labels(tmp_path / "labels", rows))
    assert found.changes.speakers == ()
    assert "Nobody can be compared" in " ".join(str(found).split())


def test_by_chance_under_five_percent_seem_to_change_although_sentences_of_an_article_are_alike() -> None:
    rng = np.random.default_rng(0)
    for articles in (10, 60):
        false = 0
        for _ in range(600):
            leaning = rng.dirichlet([0.3, 0.4, 0.5], articles)
            counts = np.array([rng.multinomial(4, one) for one in leaning], float)
            false += permutation_p(counts, rng.permutation(articles) < articles // 2) < 0.05
        assert false / 600 < 0.07


# dates


def test_a_period_with_enough_labelled_rows_is_chosen_and_another_can_be_asked_for(labels: Path, sample: Path) -> None:
    periods = [report(labels).over_time, report(labels, sample).over_time, report(labels, date="date:year").over_time]
    assert [cut and cut.column for cut in periods] == ["date:month", "date:year", "date:year"]


def test_rows_without_a_readable_date_are_left_out_and_said_to_be(tmp_path: Path) -> None:
    dates = ["2024-01-05", "2024-02-30", "", None, "soon", "2024-03-01T10:00:00Z", "2024-04"]
    rows = [{"article": f"a{i}", "stance": "for", "date": day} for i, day in enumerate(dates)]
    cut = report(write_labels(tmp_path / "labels", rows)).over_time
    assert cut is not None
    assert ([group.name for group in cut.groups], cut.left_out) == (["2024-01", "2024-03", "2024-04"], 4)
    assert cut.numbers[1] - cut.numbers[0] == 2  # the line breaks over an empty February


@pytest.mark.parametrize(
    ("day", "column"), [("2024", "date:year"), ("2024-05", "date:month"), ("2024-05-06", "date:week")]
)
def test_dates_may_be_cut_to_the_month_or_year(tmp_path: Path, day: str, column: str) -> None:
    cut = report(write_labels(tmp_path / "labels", [{"article": "a", "stance": "for", "date": day}])).over_time
    assert cut is not None
    assert cut.column == column


def test_one_period_and_no_date_column_are_said_plainly(tmp_path: Path) -> None:
    rows = [{"article": "a", "stance": "for", "date": "2024-05-06"}]
    one = report(write_labels(tmp_path / "one", rows)).to_html()
    assert "All dated sentences are of one period" in one
    none = report(write_labels(tmp_path / "none", [{"article": "a", "stance": "for"}], keep=()))
    assert "no column of dates" in none.to_html()
    assert "No column of dates" in str(none)


# what it refuses


def test_an_unfinished_run_is_refused_with_the_reason(tmp_path: Path) -> None:
    out = write_labels(tmp_path / "labels", corpus()[0], finished=False)
    with pytest.raises(DataError, match=r"not finished, and its 2 shards are .* first articles.*start the same"):
        report(out)


@pytest.mark.parametrize(
    ("name", "message"), [("gone", "no such folder"), ("file", "is a file"), ("empty", "no manifest")]
)
def test_what_is_no_label_folder_is_refused(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=message):
        report(tmp_path / name)


@pytest.mark.parametrize("format", ["parquet", "jsonl", "csv"])
def test_a_missing_or_damaged_shard_is_named(tmp_path: Path, format: str) -> None:
    shard = write_labels(tmp_path / "labels", corpus()[0], format=format) / f"shard-000001.{format}"
    shard.write_bytes(b'{"article": [\n')
    with pytest.raises(DataError, match="shard-000001.*damaged"):
        report(tmp_path / "labels")
    shard.unlink()
    with pytest.raises(DataError, match="shard-000001.*missing"):
        report(tmp_path / "labels")


def test_rows_that_are_not_those_the_manifest_counts_are_refused(labels: Path) -> None:
    (labels / "shard-000001.parquet").write_bytes((labels / "shard-000000.parquet").read_bytes())
    manifest = labels / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"sentences": 600', '"sentences": 601'))
    with pytest.raises(DataError, match="holds 600 rows, its manifest counts 601"):
        report(labels)


def test_a_column_that_was_not_kept_is_named_with_the_way_to_keep_it(labels: Path) -> None:
    for options in ({"by": "topic"}, {"date": "topic:month"}):
        with pytest.raises(OptionError, match="no column 'topic'.*--keep topic"):
            report(labels, **options)
    with pytest.raises(OptionError, match="column 'start' holds numbers"):
        report(labels, by="start")
    with pytest.raises(OptionError, match="unknown period 'decade'"):
        report(labels, date="date:decade")
    with pytest.raises(OptionError, match="there is no sample"):
        report(labels, weights="w")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "no rows"),
        ([{"article": "a0", "stance": "for"}], "no 'start'"),
        ([{"article": "a0", "start": "x", "stance": "for"}], "want a whole number"),
        ([{"article": "zz", "start": 0, "stance": "for"}], "no row of .* has article 'zz'"),
        ([{"article": "a0", "start": 0, "stance": "fro"}], "unknown stance 'fro'; known: for, against, neither"),
        ([{"article": "a0", "start": 0, "stance": "for"}] * 2, "labelled twice"),
    ],
)
def test_a_sample_that_does_not_fit_is_refused_by_its_line(
    tmp_path: Path, labels: Path, rows: Sequence[dict[str, Any]], message: str
) -> None:
    path = tmp_path / "sample.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(DataError, match=f"sample.jsonl.*{message}"):
        report(labels, path)


def test_a_sampled_row_that_two_rows_could_be_is_refused(tmp_path: Path) -> None:
    rows = [{"article": "a", "start": 5, "stance": "for"}] * 2
    (tmp_path / "sample.csv").write_text("article,start,stance\na,5,for\n")
    with pytest.raises(DataError, match="2 rows of .* have article 'a', start 5; give articles different ids"):
        report(write_labels(tmp_path / "labels", rows), tmp_path / "sample.csv")


def test_a_raw_count_is_never_drawn_among_corrected_shares(tmp_path: Path) -> None:
    rows, truth = corpus()
    for row in rows[:5]:
        row["outlet"], row["stance"] = "Without labels", "for"
    labels = write_labels(tmp_path / "labels", rows)
    found = report(labels, write_sample(tmp_path / "sample.jsonl", truth[5:]), by="outlet")
    text = corpus_drawings(found)["outlet"].text
    assert "Without labels" not in text
    assert "Without labels" in found.to_html()


# how it looks


def test_a_corpus_without_quotes_is_a_plain_sentence(tmp_path: Path) -> None:
    found = report(write_labels(tmp_path / "labels", []))
    assert found.overall is None
    assert "No quoted sentence was found" in str(found)
    assert "No quoted sentence was found" in Page(found.to_html()).text
    assert found.save_figures(tmp_path / "figures") == []


def test_the_page_needs_no_network_and_no_script_and_names_what_made_it(labels: Path, sample: Path) -> None:
    page = Page(report(labels, sample, by="outlet").to_html())
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in page.tags}
    for piece in ("tiny", "0" * 64, "2025-01-01T00:00:00", "sample.jsonl", "120 articles", "Corrected by 200"):
        assert piece in " ".join(page.text.split())
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "//example.org", "http://[", "https:", ""])
def test_only_links_to_web_pages_are_links(tmp_path: Path, link: str) -> None:
    rows = [{"article": "a", "stance": "for", "speaker": "Ann D", "url": link}]
    page = Page(report(write_labels(tmp_path / "labels", rows)).to_html())
    assert not any(tag == "a" for tag, _ in page.tags)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(HOSTILE.filter(lambda text: not any(0xD800 <= ord(c) < 0xE000 for c in text)), min_size=6, max_size=6),
    st.booleans(),
)
def test_nothing_from_outside_becomes_markup(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], sampled: bool
) -> None:
    stance, speaker, role, article, outlet, sentence = texts
    rows = [
        {
            "article": f"{article}{i // 2}",
            "stance": (stance + "a", "_against", "$x_$")[i % 3],
            "speaker": f"B{speaker}",
            "role": role,
            "outlet": f"{outlet}{i % 3}",
            "url": f"https://example.org/{outlet}",
            "sentence": (sentence + " to say what is long enough to be quoted here")[:300],
            "date": f"2024-0{1 + i % 9}-01",
        }
        for i in range(40)
    ]
    folder = tmp_path_factory.mktemp("hostile")
    labels = write_labels(folder / "labels", rows, stances=(stance + "a", "_against", "$x_$"))
    sample = folder / "sample.jsonl"
    chosen = [{"article": row["article"], "start": 1000 * i, "stance": row["stance"]} for i, row in enumerate(rows)]
    sample.write_text("".join(json.dumps(row) + "\n" for row in chosen))
    found = report(labels, sample if sampled else None, by="outlet")
    page = Page(found.to_html())
    html = {
        "html", "head", "meta", "title", "style", "body", "main", "header", "h1", "ul", "li", "b", "p", "section", "h2",
        "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "span", "small", "figure", "figcaption", "h3",
        "blockquote", "br", "a", "dl", "dt", "dd", "code",
    }  # fmt: skip
    svg = {"svg", "desc", "g", "path", "defs", "use", "text", "clippath", "rect", "tspan"}
    assert {tag for tag, _ in page.tags} <= html | svg
    links = [attributes["href"] or "" for tag, attributes in page.tags if tag == "a"]
    assert all(link.startswith("https://example.org/") for link in links)
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert max(map(cell_len, str(found).split("\n"))) <= 80  # columns: a combining mark takes none
    assert {tag for tag, _ in Page(found._repr_html_()).tags} <= html


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_in_a_terminal_it_has_colours_and_under_no_color_none(
    labels: Path, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = report(labels, sample, by="outlet")
    assert max(map(len, str(found).splitlines())) <= 80
    assert "\x1b" not in str(found)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured, plain = Terminal(), Terminal()
    corpus_tables(found, coloured)
    monkeypatch.setenv("NO_COLOR", "1")
    corpus_tables(found, plain)
    assert "\x1b[34m" in coloured.getvalue()
    assert "\x1b[34m" not in plain.getvalue()


def test_figures_are_saved_as_png_and_svg(labels: Path, tmp_path: Path) -> None:
    paths = report(labels, by="outlet").save_figures(tmp_path / "new" / "figures")
    assert [path.name for path in paths] == [
        f"{name}.{kind}" for name in ("over-time", "by-1-outlet", "by-2-role-head-word") for kind in ("png", "svg")
    ]
    assert paths[0].read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in paths[1].read_bytes()
    with pytest.raises(DataError, match="no folder can be made"):
        report(labels).save_figures(paths[0] / "below")


def test_without_matplotlib_the_page_says_how_to_install_it_and_the_tables_are_there(
    labels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    found = report(labels)
    assert "against" in str(found)
    with pytest.raises(MissingExtraError, match=r"pip install 'stancekit\[report\]'"):
        found.to_html()


def test_the_command_prints_tables_or_json_and_writes_page_and_figures(
    labels: Path, sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["report", str(labels), "--by", "outlet"])
    assert capsys.readouterr().out == f"{report(labels, by='outlet')}\n"
    page, figures = tmp_path / "report.html", tmp_path / "figures"
    main(["report", str(labels), "--sample", str(sample), "--html", str(page), "--figures", str(figures), "--json"])
    out = json.loads(capsys.readouterr().out)
    assert out["overall"]["labelled"] == 200
    assert page.read_text().startswith("<!doctype html>")
    assert (figures / "over-time.png").is_file()
    with pytest.raises(SystemExit, match="1"):
        main(["report", str(tmp_path / "gone")])
    assert "no such folder" in capsys.readouterr().err


def test_rows_are_given_in_the_order_asked_for_over_shards(labels: Path) -> None:
    run = open_labels(labels)
    assert [row["start"] for row in run.rows([599, 0, 301], ["start"])] == [800, 0, 200]
