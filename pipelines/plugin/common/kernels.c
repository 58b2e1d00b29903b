#include "common/kernels.h"

#include <math.h>

/* The loops below are written for gcc's vectoriser; -O2 alone leaves most of them scalar. */
#pragma GCC optimize("O3")

/* ---- pictures ---- */

/* ivdep: `to` is `a` or elsewhere altogether, never shifted against it. */
static void
blend (guint8 *to, const guint8 *a, const guint8 *b, gint n, guint16 weight)
{
  guint16 rest = 256 - weight;
#pragma GCC ivdep
  for (gint x = 0; x < n; x++)
    to[x] = (guint16) (a[x] * rest + b[x] * weight + 128) >> 8;
}

static void
tint (guint8 *to, const guint8 *a, gint n, guint8 value, guint16 weight)
{
  guint16 rest = 256 - weight, rounded = value * weight + 128;
#pragma GCC ivdep
  for (gint x = 0; x < n; x++)
    to[x] = (guint16) (a[x] * rest + rounded) >> 8;
}

/* Two neighbours in one load: vectorises without taking samples apart. Their order does not matter, so neither does
 * the machine's. */
typedef guint16 Pair __attribute__ ((aligned (1), may_alias));

static inline guint16
pair_sum (Pair p)
{
  return (p & 0xff) + (p >> 8);
}

static void
half (guint8 *restrict to, const guint8 *restrict a, const guint8 *restrict b, gint n)
{
  const Pair *upper = (const Pair *) a, *lower = (const Pair *) b;
  for (gint x = 0; x < n; x++)
    to[x] = (guint16) (pair_sum (upper[x]) + pair_sum (lower[x]) + 2) >> 2;
}

static void
add (guint16 *restrict sum, const guint8 *restrict from, gint n)
{
  for (gint x = 0; x < n; x++)
    sum[x] += from[x];
}

static inline __attribute__ ((always_inline)) void
box_of (guint8 *restrict to, const guint16 *restrict line, gint n, gint factor)
{
  guint32 area = factor * factor, scale = ((1u << 16) + area - 1) / area;
  for (gint x = 0; x < n; x++) {
    guint32 sum = area / 2;
    for (gint k = 0; k < factor; k++)
      sum += line[x * factor + k];
    to[x] = (sum * scale) >> 16;
  }
}

/* Thirds and quarters are what multiviews are made of: constants let the inner loop be unrolled. */
static void
box (guint8 *restrict to, const guint16 *restrict line, gint n, gint factor)
{
  if (factor == 3)
    box_of (to, line, n, 3);
  else if (factor == 4)
    box_of (to, line, n, 4);
  else
    box_of (to, line, n, factor);
}

static void
weigh (guint16 *restrict line, const guint8 *restrict from, gint n, guint16 weight, gboolean begins)
{
  if (begins)
    for (gint x = 0; x < n; x++)
      line[x] = from[x] * weight;
  else
    for (gint x = 0; x < n; x++)
      line[x] += from[x] * weight;
}

static inline __attribute__ ((always_inline)) void
gather_of (guint8 *restrict to, const guint16 *restrict line, gint n, gint taps, const gint *first, const guint16 *weight)
{
  for (gint x = 0; x < n; x++) {
    const guint16 *in = line + first[x], *w = weight + (gsize) x * taps;
    guint32 sum = 1u << 15;
    for (gint k = 0; k < taps; k++)
      sum += (guint32) in[k] * w[k];
    to[x] = sum >> 16;
  }
}

/* Down to a third of the size there are so few taps that a loop over them costs more than they do. */
static void
gather (guint8 *restrict to, const guint16 *restrict line, gint n, gint taps, const gint *first, const guint16 *weight)
{
  if (taps == 2)
    gather_of (to, line, n, 2, first, weight);
  else if (taps == 3)
    gather_of (to, line, n, 3, first, weight);
  else if (taps == 4)
    gather_of (to, line, n, 4, first, weight);
  else
    gather_of (to, line, n, taps, first, weight);
}

/* ---- sound ---- */

static void
mix (gfloat *restrict to, const gfloat *restrict from, gint n)
{
  for (gint i = 0; i < 2 * n; i++)
    to[i] += from[i];
}

static void
gain (gfloat *restrict block, const gfloat *left, const gfloat *right, gint n)
{
  for (gint i = 0; i < n; i++) {
    block[2 * i] *= left[i];
    block[2 * i + 1] *= right[i];
  }
}

static void
peak (gfloat *loudest, const gfloat *block, gint n)
{
  gfloat left = loudest[0], right = loudest[1];
  for (gint i = 0; i < n; i++) {
    gfloat a = fabsf (block[2 * i]), b = fabsf (block[2 * i + 1]);
    left = a > left ? a : left;
    right = b > right ? b : right;
  }
  loudest[0] = left;
  loudest[1] = right;
}

const R58Kernels r58_kernels = { blend, tint, half, add, box, weigh, gather, mix, gain, peak };
