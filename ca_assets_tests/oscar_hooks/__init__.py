"""The Django app of `oscar_hooks`, tried in a real django-oscar shop through Django's test client."""
