"""The error of an engine that cannot be used."""


class EngineError(RuntimeError):
    """The engine that the settings name cannot be used; the message says why and what helps."""
