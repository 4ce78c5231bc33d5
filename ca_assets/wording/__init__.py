"""How figures are written for people: locales, numbers and days, what a flag says. Pages and messages use the same words."""
