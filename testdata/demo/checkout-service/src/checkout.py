"""Turns a basket into an order."""


def total(basket):
    """Price of a basket in cents."""
    return sum(line["price"] * line["quantity"] for line in basket)
