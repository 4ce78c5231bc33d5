"""The demo shop's words: categories with their goods and price level, countries, devices, channels, cities' coordinates.

Belongs here: texts and shares that make the shop readable. Does not belong here: anything random or computed per session.
"""

from __future__ import annotations

SHOP_NAME = "Maple & Thames"
TIMEZONE = "Europe/London"
CURRENCY = "GBP"
CITY = (51.5074, -0.1278)  # London, latitude and longitude in degrees

# Category: (typical unit price in GBP, nouns of its goods).
CATEGORIES: dict[str, tuple[float, tuple[str, ...]]] = {
    "Bakery": (4.2, ("Sourdough Loaf", "Rye Bread", "Butter Croissants", "Cinnamon Buns", "Oat Biscuits", "Focaccia")),
    "Cheese": (8.6, ("Cheddar", "Stilton", "Goat Cheese", "Brie", "Wensleydale", "Halloumi")),
    "Coffee": (11.5, ("Espresso Beans", "Filter Coffee", "Decaf Beans", "Cold Brew", "Coffee Capsules", "House Blend")),
    "Tea": (7.8, ("Earl Grey", "English Breakfast", "Green Tea", "Chai", "Peppermint Tea", "Darjeeling")),
    "Chocolate": (6.9, ("Dark Chocolate", "Milk Truffles", "Hot Chocolate", "Salted Caramels", "Fudge", "Praline Box")),
    "Pantry": (5.6, ("Olive Oil", "Tomato Passata", "Wild Honey", "Sea Salt", "Orange Marmalade", "Risotto Rice")),
    "Fruit & Veg": (9.8, ("Veg Box", "Fruit Box", "Salad Box", "Heritage Tomatoes", "Apples", "Root Vegetables")),
    "Wine": (16.5, ("Pinot Noir", "Chardonnay", "Sparkling Brut", "Rosé", "Malbec", "Riesling")),
    "Kitchen": (24.0, ("Chef's Knife", "Cast Iron Pan", "French Press", "Mixing Bowl", "Chopping Board", "Teapot")),
    "Gifts": (31.0, ("Hamper", "Gift Box", "Tasting Set", "Brunch Set", "Picnic Basket", "Gift Card")),
}
ADJECTIVES = ("Classic", "Organic", "Small Batch", "Farmhouse", "Reserve")

# Value: (share of sessions or customers, factor on the purchase rate).
COUNTRIES = {
    "GB": (0.80, 1.0),
    "IE": (0.05, 0.92),
    "FR": (0.04, 0.74),
    "DE": (0.035, 0.83),
    "NL": (0.025, 0.86),
    "ES": (0.02, 0.62),
    "IT": (0.018, 0.58),
    "US": (0.012, 0.45),
}
DEVICES = {"mobile": (0.56, 0.78), "desktop": (0.35, 1.34), "tablet": (0.09, 1.05)}
CHANNELS = {
    "organic search": (0.26, 1.05),
    "direct": (0.19, 1.22),
    "paid search": (0.15, 1.0),
    "email": (0.10, 1.38),
    "instagram": (0.09, 0.62),
    "facebook": (0.06, 0.66),
    "referral": (0.05, 0.95),
    "affiliate": (0.035, 0.88),
    "tiktok": (0.03, 0.42),
    "price comparison": (0.02, 1.1),
    "podcast": (0.01, 0.9),
    "display": (0.005, 0.35),
}
ACTIONS = ("viewed_product", "added_to_basket", "saw_checkout", "entered_payment")
# Share that goes on from the step before; the last one is entered_payment → purchased.
STEP_RATES = (0.77, 0.40, 0.55, 0.74, 0.68)


def values(known: dict[str, tuple[float, float]], stem: str, count: int) -> tuple[list[str], list[float], list[float]]:
    """`count` values of a dimension with shares (sum 1) and factors: the known ones first, then numbered ones, ever rarer."""
    names = list(known)[:count]
    shares = [known[name][0] for name in names]
    factors = [known[name][1] for name in names]
    for rank in range(len(names), count):
        names.append(f"{stem}-{rank + 1:03d}")
        shares.append(0.9 / (rank + 1))
        factors.append((0.8, 1.1, 1.0, 0.9)[rank % 4])
    total = sum(shares)
    return names, [share / total for share in shares], factors
