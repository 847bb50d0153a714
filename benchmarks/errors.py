"""Errors of a model on its frame's dev split, drawn at random, to be read and sorted by cause.

python benchmarks/errors.py --model us-china --count 50
"""

from __future__ import annotations

import argparse
import json
import random

import stancekit
from stancekit.training.rows import read_training_data


def main() -> None:
    """Draw and print; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="us-china")
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    model = stancekit.load(arguments.model, device="cpu")
    dev = read_training_data(model.frame.name).dev
    given = model.predict([row.text for row in dev], context=[row.context for row in dev])
    wrong = [(row, p) for row, p in zip(dev, given, strict=True) if p.stance != row.stance]
    drawn = random.Random(arguments.seed).sample(wrong, min(arguments.count, len(wrong)))
    for number, (row, p) in enumerate(drawn, 1):
        print(f"{number}. {row.stance} → {p.stance} {p.confidence:.2f}, {row.id} ({row.role}; {row.hard or 'plain'})")
        print(f"   {row.text}\n   [{row.context}]")
    print(json.dumps({"benchmark": "errors", "dev": len(dev), "wrong": len(wrong), "drawn": len(drawn)}))


if __name__ == "__main__":
    main()
