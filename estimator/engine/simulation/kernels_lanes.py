"""The pool whose arrows have places of their own: one event after another, in one stage.

Arrivals, ends and wakes are taken in order of time, because who starts next depends on who comes
later on other arrows. Loaded by workers only.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from .kernels import GOLDEN, OPTIONS, U, error_at, mix
from .kernels_heaps import add_ready, drop_ready, rise, sink
from .plan import LANE_BIT, POISON, TRIES
from .pool_kernel import hindrance


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
def unpack(t, slot, lane, hb, hn, slots, st, most, o_t, o_b, o_n):
    """Take batches apart into their events, which note the lane; free the slots."""
    m = 0
    for i in range(slot.size):
        s = slot[i]
        for j in range(hn[s, most]):
            o_t[m], o_b[m], o_n[m] = t[i], hb[s, j], hn[s, j] | (lane[i] << LANE_BIT)
            m += 1
        slots[st[0]] = s
        st[0] += 1


@njit(inline="always")
def next_of(w, head, back, owed):
    """Return who is next in turn in a lane: what came back first; -1 where nobody may start."""
    if back[w] >= 0:
        return back[w]
    return head[w] if owed[w] == 0 else -1


@njit(inline="always")
def keep_member(i, n, born, arrived, note, lane, mb, ma, mn, ml, mx, spare):
    """Note an event of a request that starts; returns where."""
    n[6] -= 1
    c = spare[n[6]]
    mb[c], ma[c], mn[c], ml[c], mx[c] = born[i], arrived[i], note[i], lane[i], -1
    return c


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
    owed,
    ordered,
    fail_key,
    fail_at,
    tries,
    error,
    head,
    tail,
    back,
    back_tail,
    ff,
    ps,
    pt,
    pq,
    warm,
    slots,
    idle,
    pm,
    heap,
    mb,
    ma,
    mn,
    ml,
    mx,
    spare,
    n,
    x,
    o_t,
    o_born,
    o_start,
    o_arrived,
    o_note,
    o_first,
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
    ordered: by feeder, whether its lanes keep an order: 1 each for itself, 2 one request may take
    of several; their requests are single events until they start. fail_key, fail_at, tries: by
    feeder, what decides whether an event fails and comes again; fail_key is empty where none can.
    owed: by lane, failed ones that have not come again yet. head, tail, back, back_tail: by lane,
    -1: lines of those that wait, and of those that came again.
    ff, ps, pt, pq, warm, pm: finish, start, note, number, provisioned and first member by slot;
    heap: slots of the running ones, the first to end first. mb, ma, mn, ml, mx: born, arrived,
    note, lane and next of the members; spare: free ones.
    n: running, free slots, idle, cold starts, provisioned idle, started, free members. x: start
    bucket, time of the last event.
    o_*: what ended, member by member; o_first tells a request's first.
    starts (inf: waits; -inf: is gone), took: by request; order: requests in order of their start;
    into, gone_from, moved_by, moved_share: who took how many events of whom, and which part of its
    events; refused: requests that were. Returns (finished, started, moves, cold starts, refused,
    arrived): what comes later is left for the next window.
    """
    run, free, k, cold, kept, number = n[0], n[1], n[2], n[3], n[4], n[5]
    tat, now = x[0], x[1]
    nx = np.full(t.size + 1, -1, np.int64)
    ready, waiting = np.empty(min(lane_places.size, t.size) + 1, np.int64), 0
    m = begun = moved = chill = gone = 0
    together = False
    for f in range(ordered.size):
        together |= ordered[f] > 0
    for i in range(old):
        w = lane[i]
        if ordered[(note[i] >> 48) & 0xFFF] and note[i] & TRIES:
            if back[w] < 0:
                back[w] = i
            else:
                nx[back_tail[w]] = i
            back_tail[w] = i
        else:
            if head[w] < 0:
                head[w] = i
            else:
                nx[tail[w]] = i
            tail[w] = i
    for i in range(old):
        w = lane[i]
        if lane_running[w] < lane_places[w] and next_of(w, head, back, owed) == i:
            add_ready(ready, waiting, i)
            waiting += 1
    i, wake, fresh = old, np.inf, True
    while True:
        # When those who wait may go on by themselves: a fault ends, a new environment may start.
        limit, slower, until, change = places, 1.0, now, np.inf
        if faults.shape[0]:
            limit, slower, until, change = hindrance(now, places, faults)
        # Where order counts, all starts wait for what else comes or ends at the same time.
        held = together and i < t.size and t[i] == now
        held |= together and run > 0 and ff[heap[0]] == now
        if not (fresh or held):
            while waiting and until <= now and run < limit:
                j = ready[0]
                w = lane[j]
                able = kept > 0 or (k > 0 and now - idle[k - 1] <= idle_s)
                if not able and start_gap > 0.0 and tat - start_slack > now:
                    break
                drop_ready(ready, waiting)
                waiting -= 1
                d, events = service[j], size[j]
                kind = ordered[(note[j] >> 48) & 0xFFF]
                first = keep_member(j, n, born, arrived, note, lane, mb, ma, mn, ml, mx, spare)
                if kind:
                    c, h = first, j
                    again = back[w] >= 0
                    while h >= 0:
                        if h != j:
                            d += more[h]
                            events += 1
                            into[moved], gone_from[moved] = j, h
                            moved_by[moved], moved_share[moved] = 1, 1.0
                            moved += 1
                            starts[h] = -np.inf
                            mx[c] = keep_member(
                                h, n, born, arrived, note, lane, mb, ma, mn, ml, mx, spare
                            )
                            c = mx[c]
                        if back[w] >= 0:
                            back[w] = nx[h]
                        else:
                            head[w] = nx[h]
                        h = -1
                        if events < lane_most[w] and (kind == 2 or (back[w] >= 0) == again):
                            h = next_of(w, head, back, owed)
                        others = kind == 2 and waiting and events < lane_most[w]
                        if h < 0 and others and (note[ready[0]] ^ note[j]) >> 48 & 0xFFF == 0:
                            lane_running[w] += 1
                            h = ready[0]
                            w = lane[h]
                            drop_ready(ready, waiting)
                            waiting -= 1
                    lane_running[w] += 1
                else:
                    h = nx[j]
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
                    head[w] = h
                    lane_running[w] += 1
                    if head[w] >= 0 and lane_running[w] < lane_places[w]:
                        add_ready(ready, waiting, head[w])
                        waiting += 1
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
                free -= 1
                s = slots[free]
                warm[s] = mine
                starts[j], took[j], order[begun] = now, d, j
                begun += 1
                ps[s], pt[s], ff[s], pq[s], pm[s] = now, note[j], now + d, number, first
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
            f = (pt[s] >> 48) & 0xFFF
            judged = ordered[f] > 0 and fail_key.size > 0
            e = error_at(ps[s], error, faults) if judged else 0.0
            c, w = pm[s], ml[pm[s]]
            while c >= 0:
                o_t[m], o_born[m], o_start[m], o_arrived[m] = ff[s], mb[c], ps[s], ma[c]
                o_note[m], o_first[m] = mn[c], c == pm[s]
                m += 1
                if judged:
                    u = np.float64(mix(fail_key[f] + U(fail_at[f]) * GOLDEN) >> U(11)) + 0.5
                    fail_at[f] += 1
                    if u * 2.0**-53 < e or (mn[c] & POISON) != 0:
                        owed[ml[c]] += (mn[c] & TRIES) + 1 < tries[f]
                spare[n[6]] = c
                n[6] += 1
                c = mx[c]
                if c < 0 or ml[c] != w:  # The last one of its lane.
                    h = next_of(w, head, back, owed)
                    if h >= 0 and lane_running[w] == lane_places[w]:
                        add_ready(ready, waiting, h)
                        waiting += 1
                    lane_running[w] -= 1
                    w = ml[c] if c >= 0 else w
            ff[s] = np.inf
            slots[free] = s
            free += 1
            if warm[s]:
                kept += 1
            else:
                idle[k] = now
                k += 1
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
            before = next_of(w, head, back, owed)
            if ordered[(note[i] >> 48) & 0xFFF] and note[i] & TRIES:
                owed[w] -= 1
                if back[w] < 0:
                    back[w] = i
                else:
                    nx[back_tail[w]] = i
                back_tail[w] = i
            else:
                if head[w] < 0:
                    head[w] = i
                else:
                    nx[tail[w]] = i
                tail[w] = i
            if before < 0 and lane_running[w] < lane_places[w]:
                h = next_of(w, head, back, owed)
                if h >= 0:
                    add_ready(ready, waiting, h)
                    waiting += 1
            i += 1
        else:
            break
    for j in range(i):  # The lines are known by who stands in them.
        head[lane[j]] = back[lane[j]] = -1
    n[0], n[1], n[2], n[3], n[4], n[5] = run, free, k, cold, kept, number
    x[0], x[1] = tat, now
    return m, begun, moved, chill, gone, i
