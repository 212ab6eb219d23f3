"""Pages: public pages."""
