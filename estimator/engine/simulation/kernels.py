"""Compiled kernels: one per kind of treatment, over arrays of sorted times. Loaded by workers only.

Times are seconds as float64 and enter and leave in time order. A message is its time, the time it
was born, and a word of notes: how often it was delivered (low bits), whether it is poisoned, or,
for a request that is a batch, the slot that holds its members. Reductions are not reordered (no
fast math), so the bits are the same on every processor.

Compiled code is kept on disk by the state of all files that it is made of (`kernels_folder.py`).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from .draws import CONSTANT, STEPS, TABLE, UNIFORM
from .draws import GOLDEN as GOLDEN_INT
from .histogram import LOW, SIZE, UNIT
from .kernels_folder import keep_apart
from .plan import POISON, REST, TRIES

keep_apart()  # Before the first kernel is declared: it chooses its file then.

U = np.uint64
GOLDEN = U(GOLDEN_INT)
OPTIONS = {"cache": True, "error_model": "numpy", "nogil": True}
BLOCK = 512  # messages that are treated while they are in the nearest memory
# fdlibm's log (Sun Microsystems, 1993): coefficients, and ln 2 in two parts.
L1, L3, L5, L7 = (
    0.6666666666666735130,
    0.2857142874366239149,
    0.1818357216161805012,
    0.1479819860511658591,
)
L2, L4, L6 = 0.3999999999940941908, 0.2222219843214978396, 0.1531383769920937332
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
BIG, BIG_BITS = 2.0**52, 0x4330000000000000  # Adding it leaves whole numbers in the low bits.


# ---- Draws --------------------------------------------------------------------------------------


@njit(inline="always")
def mix(z):
    z = (z ^ (z >> U(30))) * U(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> U(27))) * U(0x94D049BB133111EB)
    return z ^ (z >> U(31))


@njit(**OPTIONS)
def uniforms(key, at, out):
    for i in range(out.size):
        out[i] = (np.float64(mix(key + U(at + i) * GOLDEN) >> U(11)) + 0.5) * 2.0**-53


@njit(**OPTIONS)
def look_up_ends(u, first, last, n, out):
    for i in range(n):
        x = u[i] * STEPS
        if x < 1.0 or x >= STEPS - 1.0:
            f = (x - math.floor(x)) * STEPS
            j = int(f)
            t = first if x < 1.0 else last
            out[i] = t[j] + (f - j) * (t[j + 1] - t[j])


@njit(**OPTIONS)
def block_of(kind, key, at, a, b, whole, first, last, n, out):
    """Draw `n` (at most 512) times of a law into `out`; loops apart, so that they vectorise."""
    if kind == CONSTANT:
        for i in range(n):
            out[i] = a
        return
    u = np.empty(BLOCK)
    for i in range(n):
        u[i] = (np.float64(mix(key + U(at + i) * GOLDEN) >> U(11)) + 0.5) * 2.0**-53
    if kind == TABLE:
        ends = 0
        for i in range(n):
            x = u[i] * STEPS
            k = U(np.int64(x))
            ends += (k == U(0)) | (k == U(STEPS - 1))
            out[i] = whole[k] + (x - np.float64(k)) * (whole[k + U(1)] - whole[k])
        if ends:  # Seldom: the first and the last step have tables of their own.
            look_up_ends(u, first, last, n, out)
        return
    if kind == UNIFORM:
        for i in range(n):
            out[i] = u[i] * b + a
        return
    bits = u.view(np.int64)
    m = np.empty(BLOCK)
    mantissa = m.view(np.int64)
    exponent = np.empty(BLOCK)
    for i in range(n):  # Mantissa in [sqrt(1/2), sqrt(2)) and exponent.
        e = (bits[i] - 0x3FE6A09E667F3BCD) >> 52
        mantissa[i] = bits[i] - (e << 52)
        exponent[i] = np.float64(np.int32(e))
    for i in range(n):
        f = m[i] - 1.0
        s = f / (2.0 + f)
        z = s * s
        w = z * z
        t = w * (L2 + w * (L4 + w * L6)) + z * (L1 + w * (L3 + w * (L5 + w * L7)))
        h = 0.5 * f * f
        e = exponent[i]
        out[i] = -(f - (h - (s * (h + t) + e * LN2_LOW)) + e * LN2_HIGH) * a


@njit(**OPTIONS)
def draw(kind, key, at, a, b, whole, first, last, out):
    """Draw times of a law, one after another."""
    for low in range(0, out.size, BLOCK):
        n = min(BLOCK, out.size - low)
        block_of(kind, key, at + low, a, b, whole, first, last, n, out[low : low + n])


# ---- Arrivals -----------------------------------------------------------------------------------


@njit(**OPTIONS)
def arrive(
    kind, key, at, a, b, whole, first, last, sums, state, starts, areas, rates, period, out
):  # fmt: skip
    """Draw unit gaps and turn them into times of a stream of a rate constant between breakpoints.

    sums: the integrated rate so far. state: stretch, period. areas: integral up to each stretch;
    its last entry is that of a whole period.
    """
    x, stretch, round_ = sums[0], state[0], state[1]
    n = starts.size
    period_area = areas[n]
    base = round_ * period_area
    gaps = np.empty(BLOCK)
    for low in range(0, out.size, BLOCK):
        times = out[low : low + BLOCK]
        block_of(kind, key, at + low, a, b, whole, first, last, times.size, gaps)
        for i in range(times.size):
            x += gaps[i]
            if period_area <= 0.0:
                times[i] = np.inf
                continue
            while x - base >= period_area:
                round_ += 1
                base = round_ * period_area
                stretch = 0
            r = x - base
            while r >= areas[stretch + 1]:
                stretch += 1
            times[i] = round_ * period + starts[stretch] + (r - areas[stretch]) / rates[stretch]
    sums[0], state[0], state[1] = x, stretch, round_


# ---- One server ---------------------------------------------------------------------------------


@njit(**OPTIONS)
def lindley(t, service, free, starts, out):
    """One server, first come first served (Lindley 1952)."""
    f = free[0]
    for i in range(t.size):
        s = max(t[i], f)
        starts[i] = s
        f = s + service[i]
        out[i] = f
    free[0] = f


@njit(**OPTIONS)
def one_server(t, kind, key, at, a, b, whole, first, last, free, counts, sums, out):
    """One server, its draws and its histogram in one go. Returns the time it was busy.

    Counting stands in the loop of the recursion: it runs while the next end waits for this one.
    """
    f = free[0]
    busy, total, top = 0, sums[0], sums[1]
    service, spent = np.empty(BLOCK), np.empty(BLOCK)
    bits = spent.view(np.int64)
    worked, passed = np.empty(BLOCK), np.empty(BLOCK)
    worked_bits, passed_bits = worked.view(np.int64), passed.view(np.int64)
    for low in range(0, t.size, BLOCK):
        n = min(BLOCK, t.size - low)
        block_of(kind, key, at + low, a, b, whole, first, last, n, service)
        for i in range(n):
            x = t[low + i]
            f = max(x, f) + service[i]
            out[low + i] = f
            spent[i] = f - x
            counts[min(max((bits[i] >> 42) - LOW, 0), SIZE - 1)] += 1
        for i in range(n):
            worked[i] = service[i] * UNIT + BIG
            passed[i] = spent[i] * UNIT + BIG
        for i in range(n):
            busy += worked_bits[i] - BIG_BITS
            total += passed_bits[i] - BIG_BITS
            top = max(top, bits[i])
    free[0] = f
    sums[0] = total
    sums[1] = top
    return busy


# ---- Streams ------------------------------------------------------------------------------------


@njit(**OPTIONS)
def pick(order, kept, fresh, out):
    """Gather a column: what was in progress before, then what arrived, by index."""
    before = U(kept.size)
    for i in range(order.size):
        s = U(order[i])
        out[i] = kept[s] if s < before else fresh[s - before]


@njit(**OPTIONS)
def merge(ta, ba, na, tb, bb, nb, t, b, n):
    """Merge two streams by time; at equal times the first one's come first."""
    i = k = 0
    for j in range(tb.size + 1):
        mark = tb[j] if j < tb.size else np.inf
        while i < ta.size and ta[i] <= mark:
            t[k], b[k], n[k] = ta[i], ba[i], na[i]
            i, k = i + 1, k + 1
        if j < tb.size:
            t[k], b[k], n[k] = tb[j], bb[j], nb[j]
            k += 1


@njit(**OPTIONS)
def thin(t, b, u, low, high, o_t, o_b):
    """Keep what drew a number in [low, high)."""
    m = 0
    for i in range(t.size):
        o_t[m], o_b[m] = t[i], b[i]
        m += 1 if low <= u[i] < high else 0
    return m


@njit(**OPTIONS)
def thin_out(t, b, key, at, share, o_t, o_b):
    """Draw a number for each and keep what drew less than `share`."""
    m = 0
    u = np.empty(BLOCK)
    for low in range(0, t.size, BLOCK):
        times, births = t[low : low + BLOCK], b[low : low + BLOCK]
        for i in range(times.size):
            u[i] = (np.float64(mix(key + U(at + low + i) * GOLDEN) >> U(11)) + 0.5) * 2.0**-53
        for i in range(times.size):
            o_t[m], o_b[m] = times[i], births[i]
            m += u[i] < share
    return m


@njit(**OPTIONS)
def limit(t, u, meets, gap, slack, state, refuse, note, ok):
    """Pass a token bucket (virtual scheduling): wait for a token, in place, or be refused.

    refuse: 1 refuses, 0 lets wait, 2 asks bit 61 of the note. Times stay sorted when all wait or
    all are refused, and all meet the bucket.
    """
    x = state[0]
    for i in range(t.size):
        if not ok[i]:
            continue
        if meets >= 1.0 or u[i] < meets:
            at = x - slack
            if at > t[i] and (refuse == 1 or (refuse == 2 and (note[i] >> 61) & 1 == 1)):
                ok[i] = False
            else:
                x = max(x, t[i]) + gap
                if at > t[i]:
                    t[i] = at
    state[0] = x


@njit(**OPTIONS)
def claim(t, gap, slack, refused, state):
    """Take tokens of one bucket for requests of several kinds; returns how many found none."""
    x, over = state[0], 0
    for i in range(t.size):
        if x - slack[i] > t[i]:
            over += 1
            if refused[i]:
                continue
        x = max(x, t[i]) + gap[i]
    state[0] = x
    return over


@njit(inline="always")
def due_at(opened, window, phase, grid):
    """Return when a batch closes by age, or by the next regular read."""
    if grid:
        return max(opened, (math.floor((opened - phase) / window) + 1.0) * window + phase)
    return opened + window


@njit(**OPTIONS)
def batches(
    t, born, note, end, most, window, phase, grid, hb, hn, slots, st, opened, cur, cnt, o_t, o_slot
):  # fmt: skip
    """Close batches by count, by age of their first event, or at a regular read.

    hb, hn: born and note of the members by slot; hn[slot, most] is their number.
    st: free slots. opened, cur, cnt: opening time, slot and count of the open batch.
    """
    free, m, i = st[0], 0, 0
    since, slot, count = opened[0], cur[0], cnt[0]
    while True:
        first = i
        if count == 0:
            if i == t.size:
                break
            since, i = t[i], i + 1
            free -= 1
            slot = slots[free]
        due = due_at(since, window, phase, grid)
        stop = min(first + most - count, t.size)
        if stop > i and t[stop - 1] <= due:
            i = stop
        else:
            while i < stop and t[i] <= due:
                i += 1
        for j in range(first, i):
            hb[slot, count], hn[slot, count] = born[j], note[j]
            count += 1
        if count == most:
            o_t[m] = due if grid else t[i - 1]  # Regular reads cut what they find.
        elif due < (t[i] if i < t.size else end):
            o_t[m] = due
        else:
            break
        o_slot[m], hn[slot, most] = slot, count
        m, count = m + 1, 0
    st[0], opened[0], cur[0], cnt[0] = free, since, slot, count
    return m


@njit(**OPTIONS)
def batches_in_lanes(
    t, born, note, lane, end, most, windows, phases, grid, hb, hn, slots, st, opened, cur, cnt, o_t,
    o_slot, o_lane,
):  # fmt: skip
    """The same for lanes that gather apart; windows, phases and what is open are kept by lane."""
    free, m = st[0], 0
    for i in range(t.size + 1):
        now = end if i == t.size else t[i]
        first, stop = (0, cur.size) if i == t.size else (lane[i], lane[i] + 1)
        for w in range(first, stop):
            due = due_at(opened[w], windows[w], phases[w], grid)
            if cnt[w] and now > due:
                o_t[m], o_slot[m], o_lane[m] = due, cur[w], w
                hn[cur[w], most] = cnt[w]
                m += 1
                cnt[w] = 0
        if i == t.size:
            break
        w = first
        if cnt[w] == 0:
            free -= 1
            cur[w] = slots[free]
            opened[w] = now
        hb[cur[w], cnt[w]], hn[cur[w], cnt[w]] = born[i], note[i]
        cnt[w] += 1
        if cnt[w] == most:
            full = due_at(opened[w], windows[w], phases[w], grid) if grid else now
            o_t[m], o_slot[m], o_lane[m] = full, cur[w], w
            hn[cur[w], most] = most
            m += 1
            cnt[w] = 0
    st[0] = free
    return m


@njit(**OPTIONS)
def sizes(slot, hn, most, out):
    total = 0
    for i in range(slot.size):
        out[i] = hn[slot[i], most]
        total += hn[slot[i], most]
    return total


@njit(inline="always")
def back(end, start, again, from_start):
    """Return when a failed message comes again: hidden from its start, never while in work."""
    if from_start:
        return max(start + again, end + REST * again)
    return end + again


@njit(inline="always")
def error_at(t, error, faults):
    e = error
    for j in range(faults.shape[0]):
        if faults[j, 5] >= 0.0 and faults[j, 0] <= t < faults[j, 1]:
            e = faults[j, 5]
    return e


@njit(**OPTIONS)
def members(
    t,
    start,
    slot,
    hb,
    hn,
    slots,
    st,
    most,
    u,
    error,
    tries,
    again,
    from_start,
    faults,
    o_t,
    o_b,
    r_t,
    r_b,
    r_n,
    d_t,
    d_b,
):
    """Spread batches: what went on, what comes again, what was given up."""
    m = k = d = a = 0
    for i in range(t.size):
        s = slot[i]
        count = hn[s, most]
        e = error_at(start[i], error, faults)
        for j in range(count):
            note = hn[s, j]
            failed = u[a] < e or (note & POISON) != 0
            if not failed:
                o_t[m], o_b[m] = t[i], hb[s, j]
                m += 1
            elif (note & TRIES) + 1 >= tries:
                d_t[d], d_b[d] = t[i], hb[s, j]
                d += 1
            else:
                r_t[k] = back(t[i], start[i], again, from_start)
                r_b[k], r_n[k] = hb[s, j], note + ((note & TRIES) < TRIES)
                k += 1
            a += 1
        slots[st[0]] = s
        st[0] += 1
    return m, k, d


@njit(**OPTIONS)
def singles(
    t,
    born,
    start,
    note,
    u,
    error,
    tries,
    again,
    from_start,
    faults,
    o_t,
    o_b,
    r_t,
    r_b,
    r_n,
    d_t,
    d_b,
):
    """The same for requests of one event."""
    m = k = d = 0
    for i in range(t.size):
        e = error_at(start[i], error, faults)
        if u[i] >= e and (note[i] & POISON) == 0:
            o_t[m], o_b[m] = t[i], born[i]
            m += 1
        elif (note[i] & TRIES) + 1 >= tries:
            d_t[d], d_b[d] = t[i], born[i]
            d += 1
        else:
            r_t[k] = back(t[i], start[i], again, from_start)
            r_b[k], r_n[k] = born[i], note[i] + ((note[i] & TRIES) < TRIES)
            k += 1
    return m, k, d


@njit(inline="always")
def first_after(t, i, mark):
    """Return the first index from `i` on whose time is later; it is thought to be near."""
    step = 1
    while i + step <= t.size and t[i + step - 1] <= mark:
        i += step
        step += step
    high = min(i + step - 1, t.size)
    while i < high:
        middle = (i + high) // 2
        if t[middle] <= mark:
            i = middle + 1
        else:
            high = middle
    return i


@njit(**OPTIONS)
def buffered(t, born, kib, even, st, limit, span, end, keep, out_t, out_b):
    """Keep records until their sizes reach `limit` or the first is `span` old (Firehose).

    st: count, size, opened, times it was emptied. Returns how many left; each carries the time of
    its flush.
    """
    n, size, opened, m, i = int(st[0]), st[1], st[2], 0, 0
    while True:
        first = i
        if n == 0 and i < t.size:
            opened = t[i]
        stop = first_after(t, i, opened + span) if n or i < t.size else i
        if n == 0 and i < t.size:
            stop = max(stop, i + 1)
        full = False
        while i < stop and not full:
            size += kib[i] if kib.size else even
            full = size >= limit
            i += 1
        if full:
            at = t[i - 1]
        elif (n or i > first) and opened + span < (t[i] if i < t.size else end):
            at = opened + span
        else:
            break
        out_b[m : m + n] = keep[:n]
        m += n
        out_b[m : m + i - first] = born[first:i]
        m += i - first
        out_t[m - n - (i - first) : m] = at
        st[3] += 1.0
        n, size = 0, 0.0
    for j in range(first, i):
        keep[n] = born[j]
        n += 1
    st[0], st[1], st[2] = n, size, opened
    return m


# ---- What is counted ----------------------------------------------------------------------------


@njit(**OPTIONS)
def count_block(n, values, bits, scaled, whole, counts, sums):
    """Count up to 512 times by their own bits; `scaled` is room, `whole` the same as integers."""
    total, top = 0, sums[1]
    for i in range(n):
        scaled[i] = values[i] * UNIT + BIG
    for i in range(n):
        total += whole[i]
        top = max(top, bits[i])
    for i in range(n):
        counts[min(max((bits[i] >> 42) - LOW, 0), SIZE - 1)] += 1
    sums[0] += total - n * BIG_BITS
    sums[1] = top


@njit(**OPTIONS)
def tally(later, earlier, counts, sums):
    """Count times (later - earlier) into a histogram."""
    values, scaled = np.empty(BLOCK), np.empty(BLOCK)
    bits, whole = values.view(np.int64), scaled.view(np.int64)
    for low in range(0, later.size, BLOCK):
        ends, begins = later[low : low + BLOCK], earlier[low : low + BLOCK]
        for i in range(ends.size):
            values[i] = ends[i] - begins[i]
        count_block(ends.size, values, bits, scaled, whole, counts, sums)


@njit(**OPTIONS)
def tally_from(later, order, kept, fresh, counts, sums):
    """Count times (later - earlier) into a histogram, the earlier ones by index."""
    before = U(kept.size)
    values, scaled = np.empty(BLOCK), np.empty(BLOCK)
    bits, whole = values.view(np.int64), scaled.view(np.int64)
    for low in range(0, later.size, BLOCK):
        ends, which = later[low : low + BLOCK], order[low : low + BLOCK]
        for i in range(ends.size):
            s = U(which[i])
            values[i] = ends[i] - (kept[s] if s < before else fresh[s - before])
        count_block(ends.size, values, bits, scaled, whole, counts, sums)


@njit(**OPTIONS)
def count_in(t, width, line):
    """Count sorted times into buckets of equal width; what is later counts in the last."""
    top = line.size - 1
    k = min(int(t[0] / width), top)
    while k > 0 and k * width > t[0]:
        k -= 1
    i = 0
    while i < t.size:
        if k == top:
            line[k] += t.size - i
            break
        mark = (k + 1) * width
        low, high = i, t.size
        while low < high:  # the first that is not before the mark
            middle = (low + high) // 2
            if t[middle] < mark:
                low = middle + 1
            else:
                high = middle
        line[k] += low - i
        i = low
        k += 1
        if i < t.size and (k + 1) * width <= t[i]:
            k = min(max(k, int(t[i] / width) - 1), top)


@njit(**OPTIONS)
def total_of(values):
    """Return the sum in the histogram's unit, exactly."""
    total = 0
    scaled = np.empty(BLOCK)
    whole = scaled.view(np.int64)
    for low in range(0, values.size, BLOCK):
        part = values[low : low + BLOCK]  # A slice of its own: so the loops vectorise.
        for i in range(part.size):
            scaled[i] = part[i] * UNIT + BIG
        for i in range(part.size):
            total += whole[i]
    return total - values.size * BIG_BITS
