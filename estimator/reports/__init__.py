"""Reports: a revision or a proposal as one HTML page that needs nothing else, to be printed."""
