"""Groups of a population that are ordered by deprivation, checked for a measure of inequality."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.statistics.errors import StatisticsError
from data.statistics.intervals import Floats, as_floats, refuse_negative

Booleans = npt.NDArray[np.bool_]
Measure = float | Floats
"""A float for one row of groups, an array of the leading shape for a stack of rows."""


@dataclass(frozen=True)
class Groups:
    """Rows of groups, checked: arrays are rows x groups, or one a row."""

    value: Floats
    """0 in empty groups."""
    share: Floats
    """Of the population: 0 in empty groups, NaN in rows with too few groups."""
    standard_error: Floats | None
    populated: Booleans
    enough: Booleans
    shape: tuple[int, ...]

    @property
    def mean(self) -> Floats:
        """Population-weighted mean of the values."""
        return np.asarray((self.share * self.value).sum(-1))

    @property
    def last(self) -> npt.NDArray[np.intp]:
        """The least deprived populated group."""
        return np.asarray(self.populated.shape[-1] - 1 - self.populated[:, ::-1].argmax(-1))

    @property
    def errors(self) -> Floats:
        """Standard errors: 0 in empty groups, NaN where there are none."""
        known = np.nan if self.standard_error is None else self.standard_error
        return np.where(self.populated, known, 0)

    def error_of(self, coefficients: Floats) -> Floats:
        """Standard error of the sum of the groups' values times `coefficients`."""
        return np.asarray(np.sqrt(((coefficients * self.errors) ** 2).sum(-1)))

    def shaped(self, figures: Floats) -> Measure:
        """Figures, one a row, in the shape of the stack."""
        return shaped(figures.reshape(self.shape))


def groups_of(
    value: npt.ArrayLike,
    population: npt.ArrayLike,
    standard_error: npt.ArrayLike | None = None,
    *,
    minimum: int,
) -> Groups:
    """Check groups and turn a stack of them into rows.

    Parameters
    ----------
    value, population, standard_error : array-like of float, shape (..., groups)
        Broadcast against each other over the leading axes. A group whose value is NaN, or whose
        population is 0 or NaN, is empty.
    minimum : int
        Populated groups that are needed.

    Raises
    ------
    StatisticsError
        When an entry is not a number, is infinite, or a population or standard error is negative;
        when the shapes do not fit; when a single row has too few populated groups.
    """
    given = {"value": value, "population": population}
    if standard_error is not None:
        given["standard_error"] = standard_error
    y, people, *errors = as_floats(**given)
    if not y.ndim or any(np.shape(figures)[-1:] != y.shape[-1:] for figures in given.values()):
        shapes = ", ".join(f"{name} {np.shape(figures)}" for name, figures in given.items())
        raise StatisticsError(
            f"The groups do not fit together: {shapes.replace('_', ' ')}; give one of each for "
            "every group."
        )
    refuse_negative(population=people)
    if errors:
        refuse_negative(standard_error=errors[0])

    rows = (-1, y.shape[-1])
    populated = ~np.isnan(y) & (people > 0)
    count = populated.sum(-1)
    if y.ndim == 1 and count < minimum:
        raise StatisticsError(
            f"Only {count} of {y.size} groups have people and a value, and {minimum} are needed; "
            "choose a larger area."
        )
    enough = count >= minimum
    people = np.where(populated, people, 0)
    total = np.where(enough, people.sum(-1), np.nan)
    return Groups(
        value=np.where(populated, y, 0).reshape(rows),
        share=(people / total[..., None]).reshape(rows),
        standard_error=errors[0].reshape(rows) if errors else None,
        populated=populated.reshape(rows),
        enough=enough.reshape(-1),
        shape=y.shape[:-1],
    )


def shaped(figures: Floats) -> Measure:
    """A float of an array without axes, the array otherwise."""
    return figures if np.ndim(figures) else float(figures)


def divide(numerator: Floats, denominator: Floats) -> Floats:
    """The quotient, NaN where the denominator is 0."""
    return numerator / np.where(denominator == 0, np.nan, denominator)
