"""What only the shop can answer."""

from dataclasses import dataclass, field

from destock.model.messages import say


@dataclass
class Question:
    """``key`` of shop.toml that takes the answer, the ``answers`` that may be, the likeliest first;
    any other where ``free``.
    """

    key: str
    asks: str
    answers: list
    said: dict = field(default_factory=dict)
    free: bool = False

    @property
    def text(self) -> str:
        """The question in the language of the command."""
        return say(self.asks, **self.said)
