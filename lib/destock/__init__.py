"""destock: which stock is too much, why, what it costs, and how to turn it into cash."""

from importlib.metadata import version

__version__ = version("destock")
