"""One file a page, from its frames to its findings, read from top to bottom; what several pages
share has files of its own.
"""

from importlib import import_module
from pkgutil import iter_modules

from destock.pages.frames import Frames
from destock.pages.page import PAGES, Page, open_page, page_of, pages_of, results

__all__ = ["PAGES", "Frames", "Page", "open_page", "page_of", "pages_of", "results"]

# a frame is asked for by its name alone: all of them must be known
for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
