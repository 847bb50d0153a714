"""Labelled quotes in and out, splits and audits."""

from stancekit.data.audit import (
    Finding,
    FrameReport,
    agreement,
    check_frame,
    check_quotes,
    near_duplicates,
    report_json,
    report_text,
)
from stancekit.data.drafts import add_draft, read_draft
from stancekit.data.files import decode, new_folder, read_text, write_bytes, write_text
from stancekit.data.html import article_text
from stancekit.data.quotes import SPLITS, check_labels, read_quotes, to_json, with_splits, write_quotes
from stancekit.data.texts import lines, read_texts

__all__ = [
    "SPLITS",
    "Finding",
    "FrameReport",
    "add_draft",
    "agreement",
    "article_text",
    "check_frame",
    "check_labels",
    "check_quotes",
    "decode",
    "lines",
    "near_duplicates",
    "new_folder",
    "read_draft",
    "read_quotes",
    "read_text",
    "read_texts",
    "report_json",
    "report_text",
    "to_json",
    "with_splits",
    "write_bytes",
    "write_quotes",
    "write_text",
]
