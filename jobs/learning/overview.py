"""What the console's page on models shows, out of registry, tally and reviews."""

from collections.abc import Callable
from dataclasses import dataclass

from classifier.compared import Comparison
from classifier.metrics import Figure
from jobs.learning.recall import Recall, RecallBook
from jobs.learning.records import Training, read_comparison, read_training
from jobs.learning.registry import ModelRegistry, Models, former_of
from jobs.learning.shadow import ShadowBook, ShadowReport, Verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A figure of the live model, as last measured beside another."""

    part: str
    name: str
    texts: int
    figure: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOverview:
    """Everything about models at one moment. `version` is what judges now."""

    version: str
    models: Models
    former: str
    training: Training | None = None
    measured: tuple[Measured, ...] = ()
    candidate: Training | None = None
    comparison: Comparison | None = None
    shadow: ShadowReport | None = None
    recall: Recall | None = None

    @property
    def fit(self) -> bool:
        """Whether the candidate may be promoted."""
        made = self.comparison
        return made is not None and made.live == self.version and not made.worse


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRoom:
    """Gathers the overview. `version` gives the live model's, installed or chosen."""

    registry: ModelRegistry
    shadow: ShadowBook
    verdicts: Verdicts
    version: Callable[[], str]

    def overview(self) -> ModelOverview:
        """Read everything anew; small files, one look into casework."""
        models = self.registry.read()
        live, tried = models.live, models.candidate
        comparison = read_comparison(self.registry.folder(tried)) if tried else None
        return ModelOverview(
            version=live or self.version(),
            models=models,
            former=former_of(models),
            training=read_training(self.registry.folder(live)) if live else None,
            measured=self._measured(live, comparison),
            candidate=read_training(self.registry.folder(tried)) if tried else None,
            comparison=comparison,
            shadow=self.shadow.shown(self.shadow.read(), self.verdicts),
            recall=self._recall(live or self.version()),
        )

    def _recall(self, version: str) -> Recall | None:
        """The last estimate, where it is of the model that is live now."""
        found = RecallBook(self.registry).read()
        return found if found is not None and found.model == version else None

    def _measured(self, live: str, beside: Comparison | None) -> tuple[Measured, ...]:
        """The newest figures: as measured beside the candidate, else when built."""
        if beside is not None and beside.live == live:
            return _figures(beside, of_candidate=False)
        built = read_comparison(self.registry.folder(live)) if live else None
        return _figures(built, of_candidate=True) if built else ()


def _figures(made: Comparison, *, of_candidate: bool) -> tuple[Measured, ...]:
    return tuple(
        Measured(
            part=figure.part,
            name=figure.name,
            texts=figure.texts,
            figure=figure.candidate if of_candidate else figure.live,
        )
        for figure in made.figures
    )
