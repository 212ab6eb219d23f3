"""Serializers that parse request bodies. Services validate the values."""
