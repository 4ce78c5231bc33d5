"""Product performance and customer behaviour, as django-oscar's own two reports."""
