"""Pages: practices and takeaways."""
