"""The error that every statistic of this package raises on bad input."""


class StatisticsError(ValueError):
    """An input that a statistic cannot use; the message is one sentence that users see."""
