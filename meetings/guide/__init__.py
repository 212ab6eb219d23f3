"""The guide beside the fields of a concern: what may point to bias, which words to use, what to offer.

Its texts are ours, from the ideas of the source that each entry names. They never name a group as a cause.
Nothing in the guide selects, requires, infers or scores.
"""
