"""What caps count, and how batches form, as numbers."""

EVENT, REQUEST, KIB, UNIT, HELD, BUSY = range(6)
ALONE, BUFFERED, FIXED, READ, WINDOW = range(5)
