"""The command line: each command parses its arguments and calls one public function."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterable, Iterator, Sized
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

import click

import stancekit
from stancekit.errors import StancekitError

if TYPE_CHECKING:
    from stancekit.records import Prediction

_LONG = 1000  # sentences, of which a progress bar is shown
_MODEL = click.option(
    "--model", default="us-china", show_default=True, help="A model folder, a shipped model's name, or a Hub id."
)
_DEVICE = click.option(
    "--device", type=click.Choice(["cpu", "cuda", "mps"]), help="A GPU if there is one, else the CPU."
)
_ENCODING = click.option("--encoding", default="utf-8", show_default=True, help="Of the text file.")
_ABSTAIN = click.option(
    "--abstain-below",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="P",
    help="Call a sentence unsure when its confidence is lower.  [default: never]",
)
_HTML = click.option("--html", type=click.Path(dir_okay=False), help="Also write a page with figures there.")
_FIGURES = click.option(
    "--figures", type=click.Path(file_okay=False), metavar="FOLDER", help="Also write the figures as PNG and SVG."
)
_JSON = click.option("--json", "as_json", is_flag=True, help="JSON instead of text.")


def _show_version(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(f"stancekit, version {stancekit.__version__}")  # looking it up costs more than importing click
        context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
@click.option("-v", "--verbose", is_flag=True, help="Say more on stderr.")
def cli(verbose: bool) -> None:
    """Quotes, speakers, stance and sentiment in news articles."""
    log = logging.getLogger("stancekit")
    log.setLevel(logging.DEBUG if verbose else logging.INFO)
    log.propagate = False  # libraries that configure the root logger would print every line again
    if not log.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(message)s"))
        log.addHandler(handler)


@cli.command()
@click.argument("article", type=click.Path(allow_dash=True))
@click.option("--html", type=click.Path(dir_okay=False), help="Also write the highlighted article there.")
@_ABSTAIN
@_JSON
@_MODEL
@_DEVICE
@_ENCODING
def read(
    article: str,
    html: str | None,
    abstain_below: float,
    as_json: bool,
    model: str,
    device: str | None,
    encoding: str,
) -> None:
    """Find the quotes of an ARTICLE (a text or .html file, or - for stdin), name the speakers, label each sentence."""
    from stancekit.data import article_text, decode, read_text, write_text
    from stancekit.render import article_table

    if article == "-":
        text = decode(sys.stdin.buffer.read(), "standard input", encoding)
    else:
        text = read_text(article, encoding)
        if article.lower().endswith((".html", ".htm")):
            text = article_text(text, article)
    result = stancekit.read(text, abstain_below=abstain_below, model=model, device=device)
    if as_json:
        for row in result.rows():
            click.echo(json.dumps(row, ensure_ascii=False))
    elif result.quotes:
        article_table(result, sys.stdout)
    else:
        click.echo(f"No quoted speech found in {'standard input' if article == '-' else article}.")
    if html:
        write_text(html, result.to_html())
        click.echo(f"Highlighted article: {Path(html).absolute()}", err=as_json)


@cli.command()
@click.argument("texts", nargs=-1)
@click.option(
    "--file",
    "path",
    type=click.Path(),
    help="Sentences from a .txt (one a line), .csv, .tsv, .jsonl or .parquet file.",
)
@click.option("--text-column", default="text", show_default=True, help="Column of a table that holds the sentence.")
@_ABSTAIN
@_JSON
@_MODEL
@_DEVICE
@_ENCODING
def predict(
    texts: tuple[str, ...],
    path: str | None,
    text_column: str,
    abstain_below: float,
    as_json: bool,
    model: str,
    device: str | None,
    encoding: str,
) -> None:
    """Label TEXTS, the sentences of a --file, or of standard input (one a line)."""
    if texts and path:
        raise click.UsageError("give sentences or --file, not both")
    sentences: Iterable[str]
    if path:
        from stancekit.data import read_texts

        sentences = read_texts(path, text_column, encoding)
    elif texts:
        sentences = texts
    elif sys.stdin.isatty():
        raise click.UsageError("nothing to label; give sentences in quotes, --file, or pipe lines in")
    else:
        sentences = _stdin_lines(encoding)
    predictions = stancekit.predict_stream(sentences, abstain_below=abstain_below, model=model, device=device)
    for p in _watched(predictions, len(sentences) if isinstance(sentences, Sized) else 0):
        if as_json:
            row = {
                "text": p.text,
                "stance": p.stance,
                "confidence": p.confidence,
                "stance_scores": p.stance_scores,
                "sentiment": p.sentiment,
                "sentiment_scores": p.sentiment_scores,
            }
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            tone = f"{p.sentiment:<9}{max((p.sentiment_scores or {}).values()):.2f}  " if p.sentiment else ""
            click.echo(f"{p.stance:<10}{p.confidence:.2f}  {tone}{p.text}")


def _watched(predictions: Iterator[Prediction], total: int) -> Iterator[Prediction]:
    """The predictions, with a bar on stderr while a long list goes to a file or a pipe."""
    if total < _LONG or not sys.stderr.isatty() or sys.stdout.isatty():
        yield from predictions
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("sentences"),
        TimeElapsedColumn(),
        TextColumn("left:"),
        TimeRemainingColumn(),
    )
    # a redirected stdout would go to the bar's console, not to the user's file
    with Progress(*columns, console=Console(stderr=True), redirect_stdout=False, redirect_stderr=False) as bar:
        yield from bar.track(predictions, total=total)


def _stdin_lines(encoding: str) -> Iterator[str]:
    from stancekit.data import decode

    for number, raw in enumerate(sys.stdin.buffer, 1):
        if line := decode(raw, f"standard input, line {number}", encoding).strip():
            yield line


@cli.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(allow_dash=True))
@click.option("-o", "--out", required=True, type=click.Path(), help="Folder for the shards: new, empty, or begun.")
@click.option("--format", type=click.Choice(["parquet", "jsonl", "csv"]), default="parquet", show_default=True)
@click.option("--text-column", default="text", show_default=True, help="Column of a table that holds the article.")
@click.option("--id-column", help="Column that holds its id.  [default: id if there is one, else file and row]")
@click.option("--keep", multiple=True, metavar="COLUMN", help="A column to carry along; may be given again.")
@click.option(
    "--shard-size", default=1000, show_default=True, help="Articles a shard, a multiple of 200; a run goes on from one."
)
@click.option("--workers", type=int, help="Processes that extract quotes.  [default: half the cores, 8 at most]")
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="This machine, or a ray cluster: the one that RAY_ADDRESS names.",
)
@_MODEL
@_DEVICE
@_ENCODING
def label(paths: tuple[str, ...], **options: Any) -> None:
    """Label the quotes of all articles in PATHS, a row per quoted sentence.

    PATHS are files, folders or quoted globs of .txt, .html, .jsonl, .csv, .tsv or .parquet, each also with .gz, or -
    for jsonl on standard input. Killed and started again with the same options it goes on. Articles that cannot be
    read are listed in errors.jsonl; the exit code is then 1.
    """
    try:
        summary = stancekit.label(paths, **options)
    except KeyboardInterrupt:
        click.echo("stopped; the same command goes on from the last shard", err=True)
        raise
    click.echo(summary)
    sys.exit(1 if summary.errors else 0)


@cli.command()
@click.argument("model")
@click.argument("data", required=False)
@click.option("--against", metavar="MODEL2", help="Another model with the same labels, compared on the same rows.")
@click.option(
    "--slice",
    "slices",
    multiple=True,
    metavar="COLUMN",
    help="Score by role, topic, year, length or any column of DATA too; may be given again.",
)
@click.option(
    "--context/--no-context",
    default=True,
    show_default=True,
    help="Show each sentence with the rest of its quote.",
)
@_HTML
@_FIGURES
@_JSON
@_DEVICE
def evaluate(
    model: str,
    data: str | None,
    against: str | None,
    slices: tuple[str, ...],
    context: bool,
    html: str | None,
    figures: str | None,
    as_json: bool,
    device: str | None,
) -> None:
    """Evaluate a MODEL on DATA: a table, a frame folder or a frame's name (its test split, if it has one).

    MODEL may also be a table of answers from anywhere, with id or text, and stance_scores or stance.
    """
    result = stancekit.evaluate(model, data, against=against, slices=slices, context=context, device=device)
    _show(result, html, figures, as_json)


def _show(result: Any, html: str | None, figures: str | None, as_json: bool) -> None:
    """Print an evaluation, then write its page and its figures where they were asked for."""
    from stancekit.data import write_text

    click.echo(result.to_json() if as_json else str(result))
    if html:
        write_text(html, result.to_html())
        click.echo(f"Page: {Path(html).absolute()}", err=as_json)
    if figures:
        paths = result.save_figures(figures)
        click.echo(f"{len(paths)} figures: {Path(figures).absolute()}", err=as_json)


@cli.command()
@click.argument("data")
@click.argument("annotators", nargs=-1)
@click.option(
    "--cluster", metavar="COLUMN", default="group", show_default=True, help="Rows of one value are resampled together."
)
@_JSON
def agreement(data: str, annotators: tuple[str, ...], cluster: str, as_json: bool) -> None:
    """Measure how far the annotators of DATA agree: a table, a frame folder or a frame's name.

    ANNOTATORS are the columns with one annotator's labels each. By default stance and second_stance, sentiment and
    second_sentiment, and workers (a list of labels a row).
    """
    result = stancekit.agreement(data, annotators, cluster=cluster)
    click.echo(result.to_json() if as_json else str(result))


@cli.command()
@click.argument("labels", type=click.Path())
@click.argument("sample", type=click.Path())
@click.option("--by", multiple=True, metavar="COLUMN", help="Groups; date:month, say, for periods. May be given again.")
@click.option(
    "--cluster", metavar="COLUMN", help="Rows of one value may be alike.  [default: article; speaker for that unit]"
)
@click.option("--weights", metavar="COLUMN", help="Of SAMPLE: one over the probability that the row was drawn.")
@click.option(
    "--unit",
    type=click.Choice(["sentence", "quote", "speaker", "article"]),
    default="sentence",
    show_default=True,
    help="What counts once.",
)
@_JSON
def prevalence(labels: str, sample: str, as_json: bool, **options: Any) -> None:
    """Give the share of each stance in LABELS with valid intervals, from a hand-labelled SAMPLE of its rows.

    LABELS is what `stancekit label` wrote, or one table; SAMPLE is a table of rows drawn from it at random, with the
    stance that a person gave them. Both are .jsonl, .csv or .parquet.
    """
    result = stancekit.prevalence(labels, sample, **options)
    click.echo(result.to_json() if as_json else str(result))


@cli.command()
@click.argument("labels", type=click.Path())
@click.option("--sample", type=click.Path(), help="Rows of LABELS drawn at random, with the stance a person gave them.")
@click.option("--by", multiple=True, metavar="COLUMN", help="A column that was carried along; may be given again.")
@click.option(
    "--date",
    metavar="COLUMN",
    help="Of ISO dates; date:month (:year, :quarter, :week) for that period.  [default: date, if there is one]",
)
@click.option("--weights", metavar="COLUMN", help="Of the sample: one over the probability that the row was drawn.")
@click.option("--html", type=click.Path(dir_okay=False), help="Write the report as a page there.")
@click.option("--figures", type=click.Path(file_okay=False), help="Folder for the figures as .png and .svg.")
@_JSON
def report(labels: str, html: str | None, figures: str | None, as_json: bool, **options: Any) -> None:
    """Show what is in LABELS, the folder that `stancekit label` wrote.

    Shares over time, by column and by role, telling quotes, who changed. The shares are valid with a --sample, raw and
    biased without.
    """
    from stancekit.data import write_text
    from stancekit.render import corpus_tables

    result = stancekit.report(labels, **options)
    if as_json:
        click.echo(result.to_json())
    elif not html:
        corpus_tables(result, sys.stdout)
    if html:
        write_text(html, result.to_html())
        click.echo(f"Report: {Path(html).absolute()}", err=as_json)
    if figures:
        for path in result.save_figures(figures):
            click.echo(f"Figure: {path}", err=as_json)


class _Trains(click.Command):
    """A command with a flag for each field of `TrainOptions`, read only when it is asked for: no other needs them."""

    _full = False

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The command's own parameters, then the training options."""
        if not self._full:
            self.params += _training_options()
            self._full = True
        return super().get_params(ctx)


def _training_options() -> Iterator[click.Option]:
    from stancekit.training.options import TrainOptions

    for name, hint in get_type_hints(TrainOptions, include_extras=True).items():
        kind, meta = hint.__origin__, hint.__metadata__[-1]
        default = getattr(TrainOptions(), name)
        flag = "--" + name.replace("_", "-")
        description = f"{meta.description}  [default: {default}]"
        if kind is bool:
            yield click.Option([f"{flag}/--no-{flag[2:]}", name], default=None, help=description)
        elif get_origin(kind) is tuple:
            yield click.Option([flag, name], multiple=True, help=f"{meta.description}; may be given again")
        elif get_origin(kind) is Literal:
            yield click.Option([flag, name], type=click.Choice(get_args(kind)), help=description)
        else:
            yield click.Option([flag, name], type=kind, help=description)


@cli.command(cls=_Trains)
@click.argument("frame")
@click.option("-o", "--out", type=click.Path(file_okay=False), help="Where the model goes.  [default: models/NAME]")
@click.option(
    "--config",
    type=click.Path(dir_okay=False),
    help="Options in TOML; flags win over it.  [default: the frame's own train.toml]",
)
@click.option("--resume", is_flag=True, help="Go on with a run that was cut short.")
def train(frame: str, out: str | None, config: str | None, resume: bool, **options: Any) -> None:
    """Fine-tune an encoder on a FRAME: a folder, a shipped frame's name, or a table with text and stance."""
    try:
        folder = stancekit.train(frame, out, config=config, resume=resume, **options)
    except KeyboardInterrupt:
        click.echo("stopped; the same command with --resume goes on from the last checkpoint", err=True)
        raise
    if os.environ.get("RANK", "0") == "0":
        click.echo(f"Model: {folder}")


@cli.command("leave-out", cls=_Trains)
@click.argument("frame")
@click.argument("column")
@click.argument("values", nargs=-1)
@click.option("-o", "--out", type=click.Path(file_okay=False), required=True, help="A folder for the models.")
@click.option(
    "--config",
    type=click.Path(dir_okay=False),
    help="Options in TOML; flags win over it.  [default: the frame's own train.toml]",
)
@_HTML
@_FIGURES
@_JSON
def leave_out(
    frame: str,
    column: str,
    values: tuple[str, ...],
    html: str | None,
    figures: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Train once for each of the VALUES of a COLUMN without it, and evaluate on just that value.

    COLUMN is topic, speaker, year or any other of the FRAME's quotes; VALUES are all with 30 rows or more, if none is
    named. The same command goes on where it was cut short.
    """
    from stancekit.evaluation import leave_one_out

    given = {name: value for name, value in options.items() if value is not None}
    _show(leave_one_out(frame, column, values=values, **given), html, figures, as_json)


@cli.command()
@click.argument("model")
@click.option("--to", type=click.Choice(["transformers", "onnx"]), required=True, help="Who will open it.")
@click.option("--head", default="stance", show_default=True, help="Which of the model's heads: stance or sentiment.")
@click.option("-o", "--out", required=True, type=click.Path(file_okay=False), help="The new folder.")
def export(model: str, to: Literal["transformers", "onnx"], head: str, out: str) -> None:
    """Write one head of a MODEL as a folder for other programs, its calibration in the weights.

    transformers: for AutoModelForSequenceClassification and pipeline("text-classification"). onnx: a graph with its
    tokenizer, for ONNX Runtime in any language. The folder's README.md shows how to use it.
    """
    click.echo(f"Exported: {stancekit.export(model, out, to=to, head=head)}")


@cli.command()
@click.argument("model")
@click.argument("repo", metavar="ORG/NAME")
@click.option("--private", is_flag=True, help="Make the repository private; refuse one that is public.")
def push(model: str, repo: str, private: bool) -> None:
    """Put a MODEL on the Hugging Face Hub; others open it with --model ORG/NAME.

    The token is that of `hf auth login` or HF_TOKEN.
    """
    click.echo(f"Pushed: {stancekit.push_to_hub(model, repo, private=private)}")


@cli.group()
def frame() -> None:
    """Start a frame of your own, add labelled quotes to it, check them."""


@frame.command("new")
@click.argument("folder", type=click.Path())
def frame_new(folder: str) -> None:
    """Write a commented template into a new FOLDER."""
    path = stancekit.new_frame(folder)
    click.echo(f"Wrote {path}/frame.toml and {path}/quotes.jsonl. Edit both, then: stancekit frame check {path}")


@frame.command("check")
@click.argument("folder")
@_JSON
def frame_check(folder: str, as_json: bool) -> None:
    """Report what is wrong with a frame's labelled quotes and what to do; exit 1 on errors."""
    from stancekit.data import report_json, report_text

    report = stancekit.check_frame(folder)
    click.echo(report_json(report) if as_json else report_text(report))
    sys.exit(0 if report.ok else 1)


@frame.command("add")
@click.argument("folder")
@click.argument("draft", type=click.Path())
@click.option("--by", "written_by", required=True, help="Who wrote the draft; heads the ids of its rows.")
def frame_add(folder: str, draft: str, written_by: str) -> None:
    """Add a DRAFT of labelled quotes in plain text to a frame.

    \b
    ## scenario | year | topic         opens a group, which goes into one split whole
    @ speaker | role                   opens a quote (— for an unnamed speaker)
    N0 We moved nine thousand boxes,   first letter of the stance, sentiment + 0 -, the sentence
    E+!concession it hurts, but ...    an optional !tag for a line that is hard on purpose
    """
    from stancekit.data import add_draft

    added = add_draft(folder, draft, written_by)
    click.echo(f"Added {added} rows. Now: stancekit frame check {folder}")


def main(args: list[str] | None = None) -> None:
    """Run the command line; our own errors become one line on stderr and exit code 1."""
    try:
        cli.main(args=args, prog_name="stancekit", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except StancekitError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # the reader of our output went away (head); Python would complain again when it flushes at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:  # a full disk, say, where no file of ours is to be named
        click.echo(f"error: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
