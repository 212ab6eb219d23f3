"""Pure rules of what is published: no Django, the clock is an argument."""
