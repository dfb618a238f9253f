"""Each scorer judges one property of a played case; the table of all is in `table`."""
