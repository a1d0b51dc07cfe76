"""Made-up help desks and encyclopedias with questions, to train the judge on and to measure it by.

One file a desk: `# document`, `## section`, `- sentence`, and below each sentence `? a question`
that it answers and `! a question` that nothing in the desk answers, though it looks as if.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rag_index.judge import in_context

FOLDER = Path(__file__).parent / "desks"
HELD_OUT = ("clinic", "waste", "articles_sport")  # never trained on, nor fitted to
FITTED = ("airline", "exams")  # what is said beside the judge is fitted to these, not the judge


@dataclass(frozen=True)
class Sentence:
    """A sentence, and where it stands."""

    document: str
    section: str | None
    text: str

    @property
    def in_context(self) -> str:
        """As the judge reads it."""
        return in_context(self.document, self.section, self.text)


@dataclass(frozen=True)
class Asked:
    """A question, and the row of the sentence below which it stands."""

    text: str
    at: int
    answered: bool


@dataclass(frozen=True)
class Desk:
    """A help desk: its sentences and what is asked."""

    name: str
    sentences: Sequence[Sentence]
    asked: Sequence[Asked]

    def write(self, folder: Path) -> None:
        """Its documents as Markdown files."""
        documents: dict[str, dict[str | None, list[str]]] = {}
        for s in self.sentences:
            documents.setdefault(s.document, {}).setdefault(s.section, []).append(s.text)
        for number, (title, sections) in enumerate(documents.items()):
            body = [f"# {title}"]
            for heading, texts in sections.items():
                body += [f"## {heading}"] * (heading is not None) + [" ".join(texts)]
            (folder / f"{number}.md").write_text("\n\n".join(body) + "\n", encoding="utf-8")


def read_desk(path: Path) -> Desk:
    """Raises ValueError for a line that is none of the five kinds."""
    document, section = "", None
    sentences: list[Sentence] = []
    asked: list[Asked] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        kind, _, text = line.strip().partition(" ")
        match kind:
            case "":
                continue
            case "#":
                document, section = text, None
            case "##":
                section = text
            case "-":
                sentences.append(Sentence(document, section, text))
            case "?" | "!":
                asked.append(Asked(text, len(sentences) - 1, kind == "?"))
            case _:
                raise ValueError(f"{path}:{number}: begins with none of # ## - ? !")
    return Desk(path.stem, sentences, asked)


def read_desks(folder: Path = FOLDER) -> list[Desk]:
    """All of them, by name."""
    return [read_desk(path) for path in sorted(folder.glob("*.txt"))]
