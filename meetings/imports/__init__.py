"""History from old spreadsheets: meetings and promises."""
