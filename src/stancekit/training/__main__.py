"""`torchrun -m stancekit.training FRAME …` is `stancekit train FRAME …` on every process."""

import sys

from stancekit.cli import main

if __name__ == "__main__":
    main(["train", *sys.argv[1:]])
