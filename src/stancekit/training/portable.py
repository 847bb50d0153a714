"""A trained model for other programs: a folder for transformers, or an ONNX graph with its tokenizer."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any, Literal

from stancekit.data import new_folder, write_text
from stancekit.errors import CheckpointError, OptionError
from stancekit.model import Checkpoint, Head, open_checkpoint

_log = logging.getLogger(__name__)
TARGETS = ("transformers", "onnx")


def export(model: str | Path, out: str | Path, *, to: Literal["transformers", "onnx"], head: str = "stance") -> Path:
    """Write one head of a model as a folder that other programs open.

    ``transformers`` gives a folder for `AutoModelForSequenceClassification` and `pipeline("text-classification")`, with
    the probabilities of this model's own network. ``onnx`` gives the graph that stancekit runs on a CPU, with one
    output ``logits``, and the tokenizer, for ONNX Runtime in any language. In both the temperature is in the weights: a
    plain softmax gives calibrated probabilities. The folder's README shows how to use it and says what stays behind,
    above all the reading of long texts in windows.

    Args:
        model: A checkpoint folder, a shipped name or a Hub id.
        out: The new folder.
        to: ``transformers`` or ``onnx``.
        head: ``stance`` or ``sentiment``.

    Returns:
        The folder.

    Raises:
        CheckpointError: The model cannot be loaded.
        DataError: The folder holds something already.
        OptionError: There is no such target or head, or transformers has no class that computes what this model does.
    """
    if to not in TARGETS:
        raise OptionError(f"cannot export to {to!r}; there is: {', '.join(TARGETS)}")
    checkpoint = open_checkpoint(model)
    heads = checkpoint.meta.heads
    if head not in heads:
        raise OptionError(f"this model has no head {head!r}; it has: {', '.join(heads)}")
    with new_folder(out) as folder:
        if to == "transformers":
            _to_transformers(checkpoint, head, folder)
        else:
            _to_onnx(checkpoint, head, folder)
        _save_tokenizer(checkpoint, folder)
        write_text(folder / "README.md", _readme(checkpoint, to, head))
    return Path(out)


def _to_transformers(checkpoint: Checkpoint, task: str, folder: Path) -> None:
    from transformers.utils.logging import disable_progress_bar

    from stancekit.model.network import load_network
    from stancekit.training.stock import TOLERANCE, largest_difference, stock_classifier

    if not sys.stderr.isatty():
        disable_progress_bar()
    meta = checkpoint.meta
    network, head = load_network(checkpoint), meta.heads[task]
    model = stock_classifier(network, task, head.labels, head.temperature)
    model.save_pretrained(folder)
    saved = type(model).from_pretrained(folder, trust_remote_code=False).eval()
    worst = largest_difference(network, task, head.temperature, saved, meta.pad_id)
    if not worst <= TOLERANCE:  # also where it is not a number
        raise OptionError(
            f"the exported model's probabilities are off by up to {worst:.1e}, so it was not written; "
            "export with --to onnx, or train again with --pooling first"
        )
    _log.info("%s: probabilities within %.0e of this model's own", type(model).__name__, worst)


def _to_onnx(checkpoint: Checkpoint, task: str, folder: Path) -> None:
    import onnx
    from onnx import TensorProto, helper

    meta, head = checkpoint.meta, checkpoint.meta.heads[task]
    path = checkpoint.file("model.onnx")
    try:
        graph = onnx.utils.Extractor(onnx.load(path)).extract_model(list(meta.inputs), [task])
    except Exception as error:  # onnx and protobuf raise what they like
        raise CheckpointError(f"{path}: onnx cannot read it: {error}") from error
    graph.graph.initializer.append(helper.make_tensor("temperature", TensorProto.FLOAT, [], [head.temperature]))
    graph.graph.node.append(helper.make_node("Div", [task, "temperature"], ["logits"], "calibrate"))
    del graph.graph.output[:]
    graph.graph.output.append(helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", len(head.labels)]))
    onnx.checker.check_model(graph)
    onnx.save(graph, folder / "model.onnx")
    config = json.loads(checkpoint.file("config.json").read_text("utf-8")) | _labels(head)
    config.pop("architectures", None)  # that of the encoder alone
    write_text(folder / "config.json", json.dumps(config, indent=1, ensure_ascii=False) + "\n")


def _labels(head: Head) -> dict[str, Any]:
    return {
        "id2label": {str(place): label for place, label in enumerate(head.labels)},
        "label2id": {label: place for place, label in enumerate(head.labels)},
        "problem_type": "single_label_classification",
    }


def _save_tokenizer(checkpoint: Checkpoint, folder: Path) -> None:
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    meta = checkpoint.meta
    tokenizer = Tokenizer.from_file(str(checkpoint.file("tokenizer.json")))
    tokenizer.no_truncation()  # what the base came with; the length is in its own place
    tokenizer.no_padding()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=tokenizer.id_to_token(meta.pad_id),
        model_max_length=meta.max_length,
        model_input_names=list(meta.inputs),
    ).save_pretrained(folder)


_USE = {
    "transformers": """\
from transformers import pipeline

classify = pipeline("text-classification", "{folder}", top_k=None)
classify("…", truncation=True)
classify({{"text": "the sentence", "text_pair": "the rest of its quote"}}, truncation="only_second")""",
    "onnx": """\
import json
from pathlib import Path
import numpy as np, onnxruntime
from tokenizers import Tokenizer

tokenizer = Tokenizer.from_file("{folder}/tokenizer.json")
tokenizer.enable_truncation({max_length})
labels = json.loads(Path("{folder}/config.json").read_text("utf-8"))["id2label"]
session = onnxruntime.InferenceSession("{folder}/model.onnx")
encoding = tokenizer.encode("…")  # or tokenizer.encode("the sentence", "the rest of its quote")
inputs = {{{inputs}}}
scores = np.exp(session.run(["logits"], {{name: np.array([ids]) for name, ids in inputs.items()}})[0][0])
dict(zip(labels.values(), scores / scores.sum()))""",
}
_FIELDS = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
_BEHIND = {
    "transformers": """\
- The probabilities are those of the trained network in float32, equal to its precision. The graph that stancekit runs
  on a CPU is {graph}{rounding}.
- Keep it in float32: in float16 some of its weights are out of range. It is made for prediction, not to be trained on.
""",
    "onnx": """\
- The graph is the {graph} one that stancekit runs on a CPU{operators}; its logits are over the temperature.
""",
}


def _readme(checkpoint: Checkpoint, to: str, task: str) -> str:
    meta, head = checkpoint.meta, checkpoint.meta.heads[task]
    small = meta.graph == "int8"
    labels = ", ".join(f"`{label}`" for label in head.labels)
    inputs = ", ".join(f'"{name}": encoding.{_FIELDS[name]}' for name in meta.inputs)
    behind = _BEHIND[to].format(
        graph=meta.graph,
        rounding=", so its probabilities differ a little" if small else "",
        operators=", with ONNX Runtime's operators" if small else "",
    )
    return f"""\
# {meta.name}: {task}

Labels: {labels}. Exported by stancekit from the model `{checkpoint.sha256[:12]}`.

```python
{_USE[to].format(folder=".", max_length=meta.max_length, inputs=inputs)}
```

A softmax gives calibrated probabilities: the temperature ({head.temperature:g}) is in the weights.

{behind}- Not carried over: texts of more than {meta.max_length} tokens are cut, where stancekit reads them in windows;
  finding quotes and joining each sentence with the rest of its quote; conformal sets; the other heads.
"""
