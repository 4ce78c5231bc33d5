"""Statistics of experiments in which chance decides who gets something, on arrays: they know no store and no report."""
