"""What a ``shop.toml`` is to say of one source of a table."""

from dataclasses import dataclass, field

from destock.intake.proposals.finding import Export
from destock.intake.proposals.question import Question


@dataclass
class Entry:
    """What shop.toml is to say of one source of a table: ``keys`` by dotted name, the questions
    about it, and ``notes`` of what was assumed.
    """

    table: str
    keys: dict[str, object]
    export: Export
    questions: list[Question] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def renamed(self) -> dict:
        """Our columns by their names, as the profile or the proposal has it."""
        if "export" in self.keys:
            return self.export.profile.tables[self.table].get("rename", {})
        return {
            key.removeprefix("rename."): value
            for key, value in self.keys.items()
            if key.startswith("rename.")
        }


def listed(names: str | list[str]) -> list[str]:
    """One name, or the several of which a file has one."""
    return [names] if isinstance(names, str) else names
