"""Heaps of a pool with lanes: who ends first, and who may start. Loaded by workers only."""

from __future__ import annotations

from numba import njit

from .kernels import OPTIONS


@njit(inline="always")
def earlier(a, b, ff, pt, pq):
    """Tell which of two running requests ends first; ties as everywhere: by feeder, by start."""
    if ff[a] != ff[b]:
        return ff[a] < ff[b]
    mine, its = (pt[a] >> 48) & 0xFFF, (pt[b] >> 48) & 0xFFF
    return mine < its or (mine == its and pq[a] < pq[b])


@njit(**OPTIONS)
def rise(heap, at, ff, pt, pq):
    """Move an entry of the heap of ends up to its place."""
    s = heap[at]
    while at > 0:
        up = (at - 1) >> 1
        if not earlier(s, heap[up], ff, pt, pq):
            break
        heap[at] = heap[up]
        at = up
    heap[at] = s


@njit(**OPTIONS)
def sink(heap, size, ff, pt, pq):
    """Move the first entry of the heap of ends down to its place."""
    s, at = heap[0], 0
    while True:
        low = 2 * at + 1
        if low >= size:
            break
        if low + 1 < size and earlier(heap[low + 1], heap[low], ff, pt, pq):
            low += 1
        if not earlier(heap[low], s, ff, pt, pq):
            break
        heap[at] = heap[low]
        at = low
    heap[at] = s


@njit(**OPTIONS)
def add_ready(ready, size, i):
    """Add a request to the heap of those whose lane is free; the longest there is first."""
    at = size
    while at > 0:
        up = (at - 1) >> 1
        if ready[up] <= i:
            break
        ready[at] = ready[up]
        at = up
    ready[at] = i


@njit(**OPTIONS)
def drop_ready(ready, size):
    """Take the first request off that heap; `size` counts it."""
    last, at = ready[size - 1], 0
    while True:
        low = 2 * at + 1
        if low >= size - 1:
            break
        if low + 1 < size - 1 and ready[low + 1] < ready[low]:
            low += 1
        if ready[low] >= last:
            break
        ready[at] = ready[low]
        at = low
    ready[at] = last
