"""A plan as people think of it: what is in it, what is done, and what one would change."""

from dataclasses import dataclass, field


@dataclass
class Item:
    """An activity, which closes one question's gap."""

    question: str
    evidence: str | None = None
    """On which it is completed."""
    seen_closed: bool = False
    """Whether its gap was closed at any time since."""


@dataclass
class ModelledPlan:
    """Gaps are open or closed, as levels of one step."""

    gaps: set[str]
    status: str = "proposed"
    items: list[Item] = field(default_factory=list)
    proposed: set[str] = field(default_factory=set)
    """Questions of the activities that a revision would add."""
    asked: set[str] = field(default_factory=set)
    """Those of planned activities that somebody wants out."""
    removed: set[str] = field(default_factory=set)
    half: set[str] = field(default_factory=set)
    """Which of the two have agreed on the revision."""

    def __post_init__(self) -> None:
        self.items = [Item(question) for question in self.gaps]

    @property
    def is_revised(self) -> bool:
        return bool(self.proposed or self.asked)

    @property
    def known(self) -> set[str]:
        return self.removed | {item.question for item in self.items}

    def planned(self) -> list[Item]:
        return [item for item in self.items if item.evidence is None]

    def done(self) -> list[Item]:
        return [item for item in self.items if item.evidence is not None]

    def learn(self, gaps: set[str]) -> None:
        """What the diagnosis says from now on."""
        self._remember()
        self.gaps = set(gaps)
        if self.status == "proposed":
            self.items = [Item(question) for question in self.gaps]
        else:
            self._propose()

    def ask(self, question: str) -> None:
        self.asked.add(question)
        self.half = set()
        self._propose()

    def take_back(self, question: str) -> None:
        self.half = set() if question in self.asked else self.half
        self.removed -= set() if question in self.asked else {question}
        self.asked -= {question}
        self._propose()

    def revise(self, role: str) -> None:
        self.half.add(role)
        if len(self.half) == 2:
            self.items = [item for item in self.items if item.evidence is not None or item.question not in self.asked]
            self.items += [Item(question) for question in self.proposed]
            self.removed |= self.asked
            self.proposed, self.asked, self.half, self.status = set(), set(), set(), "agreed"
            self.finish()

    def complete(self, item: Item, evidence: str) -> None:
        item.evidence, item.seen_closed = evidence, item.question not in self.gaps
        if item.question in self.asked:
            self.asked, self.half = self.asked - {item.question}, set()
        self.finish()

    def finish(self) -> None:
        if self.status == "agreed" and not self.is_revised and not self.planned():
            self.status = "completed"

    def _remember(self) -> None:
        for item in self.done():
            item.seen_closed |= item.question not in self.gaps

    def _propose(self) -> None:
        """What the rules would add: for what the plan does not know, or what fell after it was worked on."""
        self._remember()
        ahead = {item.question for item in self.planned()}
        worked_on = {item.question for item in self.done()} - ahead
        fallen = {
            question
            for question in worked_on
            if all(item.seen_closed for item in self.done() if item.question == question)
        }
        proposed = {question for question in self.gaps if question not in self.known or question in fallen}
        if proposed != self.proposed:
            self.proposed, self.half = proposed, set()
        self.finish()
