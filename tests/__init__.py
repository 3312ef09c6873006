"""Tests; a package, so that no other distribution that ships a package of this name wins."""
