"""Settings of the shop. `OSCAR_SHOP_DATABASE` names its SQLite file, or a PostgreSQL URL; nothing here reaches the network."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

import oscar
from oscar.defaults import *  # noqa: F403


def database(place: str) -> dict[str, Any]:
    """Django's description of a database; in memory, unless it has a place."""
    if not place.startswith("postgresql"):
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": place or ":memory:"}
    url = urlsplit(place)
    login = {"USER": url.username, "PASSWORD": url.password, "HOST": url.hostname, "PORT": url.port}
    return {"ENGINE": "django.db.backends.postgresql", "NAME": url.path.lstrip("/"), **login}


SECRET_KEY = "only-for-tests"
DATABASES = {"default": database(os.environ.get("OSCAR_SHOP_DATABASE", ""))}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LOGGING_CONFIG = None
ALLOWED_HOSTS = ["*"]
SITE_ID = 1
ROOT_URLCONF = "ca_assets_tests.oscar_hooks.shop.urls"
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
THUMBNAIL_DUMMY = True  # no product has a picture
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTHENTICATION_BACKENDS = ["oscar.apps.customer.auth_backends.EmailBackend"]
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
OSCAR_ALLOW_ANON_CHECKOUT = True
OSCAR_DEFAULT_CURRENCY = "EUR"
OSCAR_INITIAL_ORDER_STATUS = OSCAR_INITIAL_LINE_STATUS = "Pending"
OSCAR_ORDER_STATUS_PIPELINE = {"Pending": ("Refunded",), "Refunded": ()}
OSCAR_HOOKS: dict[str, Any] = {}

OSCAR_APPS = (
    "Analytics:analytics Checkout:checkout Address:address Shipping:shipping Catalogue:catalogue CatalogueReviews:catalogue.reviews "
    "Communication:communication Partner:partner Basket:basket Payment:payment Offer:offer Order:order Customer:customer Search:search "
    "Voucher:voucher Wishlists:wishlists Dashboard:dashboard ReportsDashboard:dashboard.reports UsersDashboard:dashboard.users "
    "OrdersDashboard:dashboard.orders CatalogueDashboard:dashboard.catalogue OffersDashboard:dashboard.offers "
    "PartnersDashboard:dashboard.partners PagesDashboard:dashboard.pages RangesDashboard:dashboard.ranges "
    "ReviewsDashboard:dashboard.reviews VouchersDashboard:dashboard.vouchers CommunicationsDashboard:dashboard.communications "
    "ShippingDashboard:dashboard.shipping"
)
INSTALLED_APPS = [
    *(f"django.contrib.{app}" for app in ("auth", "contenttypes", "sessions", "sites", "messages", "staticfiles", "flatpages")),
    "oscar.config.Shop",
    *(f"oscar.apps.{path}.apps.{name}Config" for name, path in (pair.split(":") for pair in OSCAR_APPS.split())),
    "widget_tweaks",
    "haystack",
    "treebeard",
    "sorl.thumbnail",
    "django_tables2",
    "oscar_hooks",
]
MIGRATION_MODULES = {app.split(".")[-3] if ".apps." in app else app.split(".")[-1]: None for app in INSTALLED_APPS}  # tables at once
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "oscar.apps.basket.middleware.BasketMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "oscar.apps.search.context_processors.search_form",
                "oscar.apps.checkout.context_processors.checkout",
                "oscar.core.context_processors.metadata",
            ]
        },
    }
]
assert oscar.VERSION[0] == 4
