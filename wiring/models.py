"""The models that a process works with, looked up again when others are chosen."""

from collections.abc import Callable
from pathlib import Path

import structlog

from classifier.port import Classifier
from domain.errors import ConfigurationError, NotFoundError
from jobs.learning.registry import ModelRegistry
from pipeline.shadow import Beside

Stamp = tuple[int, int] | None


class PresentModels:
    """Live model and candidate; asked once a batch, which costs one `stat`.

    A change in the registry is taken over at the next batch, without a restart. Where
    the new files cannot be read the models at hand stay in use, and the log says so.
    """

    def __init__(
        self,
        registry: ModelRegistry,
        live_folder: Callable[[], Path],
        load: Callable[[Path], Classifier],
    ) -> None:
        self._registry = registry
        self._live_folder = live_folder
        self._load = load
        self._seen = self._stamp()
        self._beside = self._read()

    def __call__(self) -> Beside:
        stamp = self._stamp()
        if stamp != self._seen:
            self._seen = stamp
            try:
                self._beside = self._read()
            except (ConfigurationError, NotFoundError) as error:
                structlog.get_logger().error("model_unreadable", why=str(error))
            else:
                tried = self._beside.candidate
                structlog.get_logger().info(
                    "models_changed",
                    live=self._beside.live.version,
                    candidate=tried.version if tried else "",
                )
        return self._beside

    def _read(self) -> Beside:
        live = self._load(self._live_folder())
        return Beside(live=live, candidate=self._candidate())

    def _candidate(self) -> Classifier | None:
        version = self._registry.read().candidate
        if not version:
            return None
        try:
            return self._load(self._registry.folder(version))
        except (ConfigurationError, NotFoundError) as error:
            structlog.get_logger().error("candidate_unreadable", why=str(error))
            return None

    def _stamp(self) -> Stamp:
        try:
            found = self._registry.file.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino
