"""Reports as django-oscar's own."""
