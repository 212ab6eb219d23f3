"""Pure rules of incidents: no Django, the clock is an argument."""
