"""x"""


def arguments(parser, verb):
    """x"""
