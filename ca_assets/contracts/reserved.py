"""Names with a meaning of our own, which a shop's data and mapping must not use for anything else."""

from __future__ import annotations

NONE = "__none__"  # a dimension, promotion or category that is not set
OTHER = "__other__"  # all values that are not shown alone
RESERVED_VALUES = (NONE, OTHER)
# Steps that every funnel and cohort has (docs/contract): an action of such a name would add up with them.
RESERVED_STEPS = frozenset({"sessions", "purchased", "download", "signup", "session", "purchase", "first_session", "first_purchase"})
