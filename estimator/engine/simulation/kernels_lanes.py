"""The pool whose arrows have places of their own: one event after another, in one stage.

Arrivals, ends and wakes are taken in order of time, because who starts next depends on who comes
later on other arrows. Loaded by workers only.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from .kernels import OPTIONS
from .pool_kernel import hindrance


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


@njit(**OPTIONS)
def join(into, gone, moved, hb, hn, slots, st, most):
    """Put the first `moved` members of batches behind those of others; free the empty slots."""
    for i in range(into.size):
        a, b, k = into[i], gone[i], moved[i]
        count, rest = hn[a, most], hn[b, most] - k
        for j in range(k):
            hb[a, count + j], hn[a, count + j] = hb[b, j], hn[b, j]
        for j in range(rest):
            hb[b, j], hn[b, j] = hb[b, k + j], hn[b, k + j]
        hn[a, most], hn[b, most] = count + k, rest
        if rest == 0:
            slots[st[0]] = b
            st[0] += 1


@njit(**OPTIONS)
def shift(values, into, gone, share):
    """Move a part of some values to others, one move after another."""
    for i in range(into.size):
        x = values[gone[i]] * share[i]
        values[into[i]] += x
        values[gone[i]] -= x


@njit(**OPTIONS)
def lanes_pool(
    t,
    old,
    arrived,
    born,
    note,
    lane,
    service,
    size,
    more,
    colds,
    upto,
    places,
    idle_s,
    start_gap,
    start_slack,
    refuse,
    faults,
    lane_places,
    lane_most,
    lane_running,
    ff,
    pb,
    ps,
    pa,
    pt,
    pq,
    warm,
    slots,
    idle,
    pl,
    heap,
    n,
    x,
    o_t,
    o_born,
    o_start,
    o_arrived,
    o_note,
    starts,
    took,
    order,
    into,
    gone_from,
    moved_by,
    moved_share,
    cold_t,
    refused,
):
    """Follow a pool up to (not including) `upto`.

    t, arrived, born, note, lane, service: requests in order of arrival, the first `old` of which
    have waited since an earlier window. size, more: its events, and what they add to the time of
    a request that they join. lane_places, lane_most (events of a request, so far as others may
    join it), lane_running: by lane.
    ff, pb, ps, pa, pt, pq, warm, pl: finish, born, start, arrived, note, number, provisioned and
    lane by slot; heap: slots of the running ones, the first to end first.
    n: running, free slots, idle, cold starts, provisioned idle, started. x: start bucket, time of
    the last event.
    starts (inf: waits; -inf: is gone), took: by request; order: requests in order of their start;
    into, gone_from, moved_by, moved_share: who took how many events of whom, and which part of its
    events; refused: requests that were. Returns (finished, started, moves, cold starts, refused,
    arrived): what comes later is left for the next window.
    """
    run, free, k, cold, kept, number = n[0], n[1], n[2], n[3], n[4], n[5]
    tat, now = x[0], x[1]
    lanes = lane_places.size
    head, tail = np.full(lanes, -1, np.int64), np.full(lanes, -1, np.int64)
    nx = np.full(t.size + 1, -1, np.int64)
    ready, waiting = np.empty(lanes + 1, np.int64), 0
    m = begun = moved = chill = gone = 0
    for i in range(old):
        w = lane[i]
        if head[w] < 0:
            head[w] = i
            if lane_running[w] < lane_places[w]:
                add_ready(ready, waiting, i)
                waiting += 1
        else:
            nx[tail[w]] = i
        tail[w] = i
    i, wake, fresh = old, np.inf, True
    while True:
        # When those who wait may go on by themselves: a fault ends, a new environment may start.
        limit, slower, until, change = places, 1.0, now, np.inf
        if faults.shape[0]:
            limit, slower, until, change = hindrance(now, places, faults)
        if not fresh:
            while waiting and until <= now and run < limit:
                j = ready[0]
                w = lane[j]
                able = kept > 0 or (k > 0 and now - idle[k - 1] <= idle_s)
                if not able and start_gap > 0.0 and tat - start_slack > now:
                    break
                d, events, h = service[j], size[j], nx[j]
                while h >= 0 and events < lane_most[w]:
                    taken = min(size[h], lane_most[w] - events)
                    share = taken / size[h]
                    part = more[h] * share
                    d += part
                    events += taken
                    into[moved], gone_from[moved] = j, h
                    moved_by[moved], moved_share[moved] = taken, share
                    moved += 1
                    if share < 1.0:
                        service[h] -= part
                        more[h] -= part
                        size[h] -= taken
                        break
                    starts[h] = -np.inf
                    h = nx[h]
                d *= slower
                mine = False
                if kept > 0:
                    kept -= 1
                    mine = True
                elif k and now - idle[k - 1] <= idle_s:
                    k -= 1
                else:
                    if start_gap > 0.0:
                        tat = max(tat, now) + start_gap
                    k = 0
                    d += colds[cold & 1023] * slower
                    cold_t[chill] = now
                    cold, chill = cold + 1, chill + 1
                drop_ready(ready, waiting)
                waiting -= 1
                head[w] = h
                lane_running[w] += 1
                if head[w] >= 0 and lane_running[w] < lane_places[w]:
                    add_ready(ready, waiting, head[w])
                    waiting += 1
                free -= 1
                s = slots[free]
                warm[s] = mine
                starts[j], took[j], order[begun] = now, d, j
                begun += 1
                pb[s], ps[s], pa[s], pt[s], ff[s] = born[j], now, arrived[j], note[j], now + d
                pq[s], pl[s] = number, w
                number += 1
                heap[run] = s
                rise(heap, run, ff, pt, pq)
                run += 1
        fresh = False
        wake = np.inf
        if waiting:
            wake = change
            allowed = tat - start_slack
            if start_gap > 0.0 and allowed > now:
                wake = min(wake, allowed)
        end = ff[heap[0]] if run else np.inf
        come = t[i] if i < t.size and t[i] < upto else np.inf
        if end < upto and end <= wake and end <= come:
            now, s = end, heap[0]
            run -= 1
            heap[0] = heap[run]
            if run:
                sink(heap, run, ff, pt, pq)
            o_t[m], o_born[m], o_start[m], o_arrived[m], o_note[m] = (
                ff[s],
                pb[s],
                ps[s],
                pa[s],
                pt[s],
            )
            m += 1
            ff[s] = np.inf
            slots[free] = s
            free += 1
            if warm[s]:
                kept += 1
            else:
                idle[k] = now
                k += 1
            w = pl[s]
            if head[w] >= 0 and lane_running[w] == lane_places[w]:
                add_ready(ready, waiting, head[w])
                waiting += 1
            lane_running[w] -= 1
        elif wake < upto and wake <= come:
            now = wake
        elif come < np.inf:
            now, w = come, lane[i]
            if refuse == 1 or (refuse == 2 and (note[i] >> 61) & 1 == 1):
                if faults.shape[0]:
                    limit, slower, until, change = hindrance(now, places, faults)
                able = kept > 0 or (k > 0 and now - idle[k - 1] <= idle_s)
                able = able or start_gap == 0.0 or tat - start_slack <= now
                if until > now or run >= limit or lane_running[w] >= lane_places[w] or not able:
                    refused[gone] = i
                    gone += 1
                    starts[i] = -np.inf
                    i += 1
                    continue
            if head[w] < 0:
                head[w] = i
                if lane_running[w] < lane_places[w]:
                    add_ready(ready, waiting, i)
                    waiting += 1
            else:
                nx[tail[w]] = i
            tail[w] = i
            i += 1
        else:
            break
    n[0], n[1], n[2], n[3], n[4], n[5] = run, free, k, cold, kept, number
    x[0], x[1] = tat, now
    return m, begun, moved, chill, gone, i
