"""The error tree.

StancekitError
├── FrameError         a frame folder, its TOML or its labels
├── DataError          a file or table of quotes, articles or predictions
├── CheckpointError    a model folder that cannot be loaded
│   └── HubError       a model that cannot be fetched from the Hugging Face Hub, or put there
├── EncoderError       the pretrained encoder to start from
├── OptionError        an option or a combination of options
└── MissingExtraError  an optional dependency that is not installed

Every message names the file, line or value at fault and the way out.
"""


class StancekitError(Exception):
    """Base of everything stancekit raises on purpose."""


class FrameError(StancekitError):
    """A frame folder, its `frame.toml` or its labels are not usable."""


class DataError(StancekitError):
    """A file or table of quotes, articles or predictions is not usable."""


class CheckpointError(StancekitError):
    """A model folder cannot be loaded."""


class HubError(CheckpointError):
    """A model cannot be fetched from the Hugging Face Hub, or put there."""


class EncoderError(StancekitError):
    """The pretrained encoder to start from cannot be found or verified."""


class OptionError(StancekitError, ValueError):
    """An option, or a combination of options, makes no sense."""


class MissingExtraError(StancekitError, ImportError):
    """An optional dependency is needed and not installed."""
