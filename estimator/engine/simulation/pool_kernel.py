"""The compiled kernel of places: functions with environments, and servers with one line.

Requests are known by their index: first those that were in progress when the window began, in the
order of their starts, then the window's own. Their ends wait in a calendar queue: buckets a part
of the mean gap between arrivals wide, and a bit for each that holds something, so that the next
end is found in a few steps. While it is certain that nobody waits for an end, whole blocks of
requests are put in before the ends among them are taken out: the processor need not guess which
comes first, an arrival or an end.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from .kernels import OPTIONS

U = np.uint64
ONE, SIX, LAST_BIT, EVERY = U(1), U(6), U(63), ~U(0)
BUCKETS = 4096
RING, WORDS = U(BUCKETS - 1), U((BUCKETS >> 6) - 1)
PER_GAP = 3.0  # buckets for a mean gap
INDEX = np.uint32
NIL = INDEX(0xFFFFFFFF)
LEAST, MOST, STEP = 4, 64, 8  # requests in a block; its length is compared in steps


@intrinsic
def lowest_bit(_context, _bits):
    """Return the number of the lowest bit that is set; there must be one."""

    def build(_, builder, __, args):
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(types.uint64), build


@njit(inline="always")
def bucket_of(f, t0, inv):
    return U(np.int64((f - t0) * inv))


@njit(inline="always")
def hindrance(now, places, faults):
    """Return (places, factor on times, until when nothing starts, when this may change)."""
    limit, slower, until, change = places, 1.0, now, np.inf
    for j in range(faults.shape[0]):
        begin, end = faults[j, 0], faults[j, 1]
        if begin <= now < end:
            if faults[j, 2] > 0.0:
                until = max(until, end)
            else:
                slower *= faults[j, 3]
                limit = max(1, int(places * faults[j, 4]))
        for mark in (begin, end):
            if now < mark < change:
                change = mark
    return limit, slower, until, change


@njit(**OPTIONS)
def sooner(one, other, k_note, note):
    """Tell which of two that end at the same time counts first: by feeder, then by start."""
    before = k_note.size
    mine = k_note[one] if one < before else note[one - before]
    its = k_note[other] if other < before else note[other - before]
    mine, its = (mine >> 48) & 0xFFF, (its >> 48) & 0xFFF
    return mine < its or (mine == its and one < other)


@njit(**OPTIONS)
def enter(t, took, i, count, before, t0, inv, cur, starts, ff, nx, head, occupied):
    """Start a block of requests when they arrive; returns the calendar's cursor."""
    for j in range(i, i + count):
        now = t[j]
        starts[j] = now
        f = now + took[j]
        a = bucket_of(f, t0, inv)
        c = a & RING
        s = INDEX(before + j)
        ff[s] = f
        nx[s] = head[c]
        head[c] = s
        occupied[c >> SIX] |= ONE << (c & LAST_BIT)
        cur = min(cur, a)
    return cur


@njit(**OPTIONS)
def leave(upper, t0, inv, cur, ff, nx, head, occupied, k_note, note, m, o_t, order):
    """Take out, in order, all that end until `upper`; returns how many have ended by then."""
    top = bucket_of(upper, t0, inv)
    for word in range(cur >> SIX, (top >> SIX) + ONE):
        bits = occupied[word & WORDS]
        if word == cur >> SIX:
            bits &= EVERY << (cur & LAST_BIT)
        if word == top >> SIX:
            bits &= EVERY >> (LAST_BIT - (top & LAST_BIT))
        emptied = U(0)
        while bits != U(0):
            bit = lowest_bit(bits)
            bits &= bits - ONE
            here = (word << SIX) + bit
            s = head[here & RING]
            f = ff[s]
            if nx[s] == NIL and f <= upper and bucket_of(f, t0, inv) == here:
                o_t[m], order[m] = f, s
                m += ONE
                stay = NIL
            else:
                first, stay = m, NIL
                while s != NIL:
                    after = nx[s]
                    f = ff[s]
                    if f <= upper and bucket_of(f, t0, inv) <= here:
                        at = m
                        while at > first and (
                            o_t[at - ONE] > f
                            or (o_t[at - ONE] == f and sooner(s, order[at - ONE], k_note, note))
                        ):
                            o_t[at], order[at] = o_t[at - ONE], order[at - ONE]
                            at -= ONE
                        o_t[at], order[at] = f, s
                        m += ONE
                    else:
                        nx[s] = stay
                        stay = s
                    s = after
            head[here & RING] = stay
            if stay == NIL:
                emptied |= ONE << bit
        occupied[word & WORDS] ^= emptied
    return m


@njit(**OPTIONS)
def rest(t, i, count, o_t, m, ended, k, near, idle):
    """Note since when environments are idle that ended among a block of arrivals.

    What ends as number j, after p arrivals of the block, comes to lie at level k + j - p.
    """
    width = (count + STEP - 1) & -STEP
    for j in range(count):
        near[j] = t[i + j]
    for j in range(count, width):
        near[j] = np.inf
    for j in range(ended):
        f = o_t[m + U(j)]
        earlier = 0
        for q in range(width):
            earlier += near[q] < f
        idle[k + U(j) - U(earlier)] = f


@njit(**OPTIONS)
def least_of(ff, nx, head):
    least = np.inf
    for s in head:
        while s != NIL:
            least = min(least, ff[s])
            s = nx[s]
    return least


@njit(**OPTIONS)
def list_running(nx, head, left):
    """List the indices of all that are in the calendar, in order of their starts."""
    count = 0
    for s in head:
        while s != NIL:
            left[count] = s
            count += 1
            s = nx[s]
    left[:count].sort()
    return count


@njit(**OPTIONS)
def pool(
    t,
    note,
    took,
    colds,
    upto,
    places,
    idle_s,
    always,
    start_gap,
    start_slack,
    refuse,
    faults,
    k_end,
    k_note,
    k_kept,
    idle,
    n,
    x,
    ff,
    nx,
    kept_by,
    o_t,
    order,
    starts,
    cold_t,
    refused,
    left,
):
    """Places for requests: in time order in; ends in time order out (those before `upto`).

    A request takes a provisioned environment, else the one that became idle last, else a new one
    (a cold start) while starts are allowed.

    took: time to serve by arrival; start-ups and faults are added to it.
    always: provisioned environments; `places` of them where there are no others.
    refuse: 1 refuses what finds no place, 0 lets it wait, 2 asks bit 61 of the note.
    k_end, k_note, k_kept: end, note, and whether in a provisioned environment, of what is in
    progress. n: idle, cold starts, provisioned idle. x: start bucket, last start of one that
    waited: nobody starts before it, so what will not wait is refused.
    ff, nx, kept_by: room, for what is in progress and what arrives. starts: by arrival.
    left: indices of what is in progress at the end.
    Returns (ended, refused, cold starts, in progress at the end).
    """
    k, cold, kept = U(n[0]), n[1], n[2]
    tat, last = x[0], x[1]
    gone = chill = 0
    m = U(0)
    before = run = k_end.size
    head = np.full(BUCKETS, NIL, np.uint32)
    occupied = np.zeros(BUCKETS >> 6, np.uint64)
    near = np.empty(MOST)
    t0, inv = upto, 1.0
    if t.size:
        t0 = t[0]
        span = t[-1] - t0
        inv = min(PER_GAP * t.size / span, 1e9) if span > 0 else 1.0  # So that all stays whole.
    for s in range(before):
        t0 = min(t0, k_end[s])
    mixed = 0 < always < places
    for s in range(before):
        ff[s] = k_end[s]
        if mixed:
            kept_by[s] = k_kept[s]
        c = bucket_of(ff[s], t0, inv) & RING
        nx[s] = head[c]
        head[c] = s
        occupied[c >> SIX] |= ONE << (c & LAST_BIT)
    quick = faults.shape[0] == 0 and refuse != 2 and not mixed
    cur = U(0)
    nf, ns, nb, seek = np.inf, NIL, NIL, True  # next end, whose, who lies before it
    i = -1
    while i < t.size:
        i += 1
        while quick and i < t.size and t[i] >= last:
            # As many as surely find a place and a warm environment, whatever ends meanwhile.
            count = min(min(places - run, MOST), t.size - i)
            if always == 0:
                count = min(count, np.int64(k))
                while count >= LEAST and t[i + count - 1] - idle[np.int64(k) - count] > idle_s:
                    count >>= 1
            if count < LEAST:
                break
            upper = t[i + count - 1]
            if bucket_of(upper, t0, inv) > cur + U(BUCKETS - 64):
                break
            cur = enter(t, took, i, count, before, t0, inv, cur, starts, ff, nx, head, occupied)
            was = m
            m = leave(
                upper, t0, inv, cur, ff, nx, head, occupied, k_note, note, m, o_t, order
            )  # fmt: skip
            cur = bucket_of(upper, t0, inv)
            ended = np.int64(m - was)
            if always == 0:
                rest(t, i, count, o_t, was, ended, k, near, idle)
                k = k + U(ended) - U(count)
            else:
                kept += ended - count
            run += count - ended
            if refuse == 0:
                last = upper
            i += count
            nf, ns, nb, seek = np.inf, NIL, NIL, True
        slower, change, limit = 1.0, np.inf, places
        gone_now = wait = False
        if i == t.size:  # After the last arrival.
            now, limit = upto, places + 1
        else:
            now = t[i]
            wait = refuse == 0 or (refuse == 2 and (note[i] >> 61) & 1 == 0)
            if now < last:
                gone_now = not wait
                now = last
        while not gone_now:
            if faults.shape[0] and i < t.size:
                limit, slower, until, change = hindrance(now, places, faults)
                if until > now:
                    if not wait:
                        gone_now = True
                        break
                    now = until
                    continue
            blocked = changed = False
            while True:
                if seek:
                    seek = False
                    nf, ns, nb, empty = np.inf, NIL, NIL, 0
                    while run and ns == NIL:
                        bits = occupied[(cur & RING) >> SIX] >> (cur & LAST_BIT)
                        if bits == U(0):
                            cur = (cur | LAST_BIT) + ONE
                            empty += 1
                            if empty > BUCKETS >> 6:  # Nothing near: go to the least of all.
                                cur = max(cur, bucket_of(least_of(ff, nx, head), t0, inv))
                                empty = 0
                            continue
                        cur += lowest_bit(bits)
                        s, prev = head[cur & RING], NIL
                        while s != NIL:
                            f = ff[s]
                            if (f < nf or (f == nf and sooner(s, ns, k_note, note))) and bucket_of(
                                f, t0, inv
                            ) <= cur:
                                nf, ns, nb = f, s, prev
                            prev, s = s, nx[s]
                        if ns == NIL:
                            cur += ONE
                full = run >= limit
                if nf > now and not (full and wait):
                    blocked = full
                    break
                if nf > now and nf >= change:
                    changed = True
                    break
                if i == t.size and nf >= upto:
                    break
                c = cur & RING
                if nb != NIL:
                    nx[nb] = nx[ns]
                else:
                    head[c] = nx[ns]
                    if nx[ns] == NIL:
                        occupied[c >> SIX] ^= ONE << (c & LAST_BIT)
                o_t[m], order[m] = nf, ns
                m += ONE
                run -= 1
                if (mixed and kept_by[ns]) or (always and not mixed):
                    kept += 1
                else:
                    idle[k] = nf
                    k += ONE
                now = max(now, nf)  # It may have waited for this environment.
                seek = True
            if changed:
                now = change
                continue
            gone_now = blocked and not wait
            break
        if i == t.size:
            break
        d, mine = took[i] * slower, False
        if gone_now:
            pass
        elif kept > 0:
            kept -= 1
            mine = True
        elif k > U(0) and now - idle[k - ONE] <= idle_s:
            k -= ONE
        else:
            if start_gap > 0.0:
                allowed = tat - start_slack
                if allowed > now:
                    gone_now = not wait
                    now = allowed
                if not gone_now:
                    tat = max(tat, now) + start_gap
            if not gone_now:
                k = U(0)
                d += colds[cold & 1023] * slower
                cold_t[chill] = now
                cold, chill = cold + 1, chill + 1
        if gone_now:
            refused[gone] = i
            gone += 1
            starts[i] = np.inf
            continue
        s = INDEX(before + i)
        if mixed:
            kept_by[s] = mine
        if wait:
            last = now
        starts[i], took[i] = now, d
        f = now + d
        ff[s] = f
        a = bucket_of(f, t0, inv)
        c = a & RING
        nx[s] = head[c]
        head[c] = s
        occupied[c >> SIX] |= ONE << (c & LAST_BIT)
        run += 1
        if f < nf or (f == nf and sooner(s, ns, k_note, note)):
            cur = min(cur, a) if ns != NIL else a
            nf, ns, nb = f, s, NIL
        elif nb == NIL and c == cur & RING:
            nb = s
    n[0], n[1], n[2] = k, cold, kept
    x[0], x[1] = tat, last
    return np.int64(m), gone, chill, list_running(nx, head, left)
