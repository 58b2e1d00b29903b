/* Scaling of I420 planes. Whole ratios (a quad is 2:1) are plain averages; every other size goes through tables of
 * taps, rows first, because that half of the work vectorises. Weights add up to 256, so flat colours stay exactly as
 * they are. */
#include "mixer/picture.h"

#include <math.h>
#include <string.h>

#pragma GCC optimize("O3")

/* Largest n of the n:1 averages: 8·8 samples of 8 bits fit 16 bits. */
#define BOX_MAX 8
#define TABLES 16

/* Which samples of a line make up each sample of the scaled one. */
typedef struct {
  gint from, to, taps;
  gint *first;      /* [to] */
  guint16 *weight;  /* [to][taps] */
  guint64 used;
} Table;

struct _R58Scaler {
  Table tables[TABLES];
  guint64 uses;
  guint16 *line;
  gsize line_size;
};

R58Scaler *
r58_scaler_new (void)
{
  return g_new0 (R58Scaler, 1);
}

static void
table_clear (Table *t)
{
  g_free (t->first);
  g_free (t->weight);
  *t = (Table) { 0 };
}

void
r58_scaler_free (R58Scaler *scaler)
{
  if (!scaler)
    return;
  for (gint i = 0; i < TABLES; i++)
    table_clear (&scaler->tables[i]);
  g_free (scaler->line);
  g_free (scaler);
}

/* Rounds the shares to 256ths, each with what the ones before it left over: none is less than nothing and all together are
 * 256, however many they are. */
static void
table_set (Table *t, gint i, const gdouble *share)
{
  guint16 *w = t->weight + (gsize) i * t->taps;
  gdouble sum = 0;
  gint given = 0;
  for (gint k = 0; k < t->taps; k++) {
    sum += share[k];
    gint until = k == t->taps - 1 ? 256 : MIN ((gint) (sum * 256 + 0.5), 256);
    w[k] = (guint16) (until - given);
    given = until;
  }
}

static void
table_fill (Table *t, gint from, gint to)
{
  gdouble ratio = (gdouble) from / to;
  t->from = from;
  t->to = to;
  t->taps = MIN (from, ratio > 1 ? (gint) ceil (ratio) + 1 : 2);
  t->first = g_new (gint, to);
  t->weight = g_new (guint16, (gsize) to * t->taps);
  gdouble *share = g_new (gdouble, t->taps);
  for (gint i = 0; i < to; i++) {
    gdouble begin = i * ratio, end = begin + ratio;
    /* Enlarging: two neighbours, by the distance of their centres. */
    gdouble centre = CLAMP ((i + 0.5) * ratio - 0.5, 0, from - 1);
    gint first = CLAMP ((gint) (ratio > 1 ? begin : centre), 0, from - t->taps);
    for (gint k = 0; k < t->taps; k++) {
      gint sample = first + k;
      share[k] = ratio > 1 ? MAX (0, MIN (end, sample + 1) - MAX (begin, sample)) / ratio
          : MAX (0, 1 - fabs (centre - sample));
    }
    t->first[i] = first;
    table_set (t, i, share);
  }
  g_free (share);
}

static const Table *
table_get (R58Scaler *s, gint from, gint to)
{
  Table *oldest = &s->tables[0];
  for (gint i = 0; i < TABLES; i++) {
    Table *t = &s->tables[i];
    if (t->from == from && t->to == to) {
      t->used = ++s->uses;
      return t;
    }
    if (t->used < oldest->used)
      oldest = t;
  }
  table_clear (oldest);
  table_fill (oldest, from, to);
  oldest->used = ++s->uses;
  return oldest;
}

static guint16 *
line_get (R58Scaler *s, gsize n)
{
  if (s->line_size < n) {
    g_free (s->line);
    s->line = g_new (guint16, n);
    s->line_size = n;
  }
  return s->line;
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
half_row (guint8 *restrict to, const guint8 *restrict a, const guint8 *restrict b, gint n)
{
  const Pair *upper = (const Pair *) a, *lower = (const Pair *) b;
  for (gint x = 0; x < n; x++)
    to[x] = (guint16) (pair_sum (upper[x]) + pair_sum (lower[x]) + 2) >> 2;
}

static void
sum_row (guint16 *restrict line, const guint8 *restrict from, gint n)
{
  for (gint x = 0; x < n; x++)
    line[x] += from[x];
}

static inline __attribute__ ((always_inline)) void
box_row_of (guint8 *restrict to, const guint16 *restrict line, gint n, gint factor)
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
box_row (guint8 *restrict to, const guint16 *restrict line, gint n, gint factor)
{
  if (factor == 3)
    box_row_of (to, line, n, 3);
  else if (factor == 4)
    box_row_of (to, line, n, 4);
  else
    box_row_of (to, line, n, factor);
}

static void
weigh_row (guint16 *restrict line, const guint8 *restrict from, gint n, guint16 weight, gboolean begin)
{
  if (begin)
    for (gint x = 0; x < n; x++)
      line[x] = from[x] * weight;
  else
    for (gint x = 0; x < n; x++)
      line[x] += from[x] * weight;
}

static void
taps_row (guint8 *restrict to, const guint16 *restrict line, const Table *t)
{
  if (t->taps == 2) {
    for (gint x = 0; x < t->to; x++) {
      const guint16 *in = line + t->first[x], *w = t->weight + 2 * x;
      to[x] = ((guint32) in[0] * w[0] + (guint32) in[1] * w[1] + (1u << 15)) >> 16;
    }
    return;
  }
  for (gint x = 0; x < t->to; x++) {
    const guint16 *in = line + t->first[x], *w = t->weight + (gsize) x * t->taps;
    guint32 sum = 1u << 15;
    for (gint k = 0; k < t->taps; k++)
      sum += (guint32) in[k] * w[k];
    to[x] = sum >> 16;
  }
}

typedef struct {
  guint8 *data;
  gint stride, width, height;
} Plane;

static void
scale_half (Plane to, Plane from)
{
  for (gint y = 0; y < to.height; y++) {
    const guint8 *a = from.data + (gsize) 2 * y * from.stride;
    half_row (to.data + (gsize) y * to.stride, a, a + from.stride, to.width);
  }
}

static void
scale_box (R58Scaler *s, Plane to, Plane from, gint factor)
{
  guint16 *line = line_get (s, from.width);
  for (gint y = 0; y < to.height; y++) {
    memset (line, 0, from.width * sizeof *line);
    for (gint k = 0; k < factor; k++)
      sum_row (line, from.data + ((gsize) y * factor + k) * from.stride, from.width);
    box_row (to.data + (gsize) y * to.stride, line, to.width, factor);
  }
}

static void
scale_taps (R58Scaler *s, Plane to, Plane from)
{
  guint16 *line = line_get (s, from.width);
  const Table *rows = table_get (s, from.height, to.height), *columns = table_get (s, from.width, to.width);
  for (gint y = 0; y < to.height; y++) {
    const guint16 *w = rows->weight + (gsize) y * rows->taps;
    for (gint k = 0; k < rows->taps; k++)
      if (k == 0 || w[k])
        weigh_row (line, from.data + ((gsize) rows->first[y] + k) * from.stride, from.width, w[k], k == 0);
    taps_row (to.data + (gsize) y * to.stride, line, columns);
  }
}

static void
scale_plane (R58Scaler *s, Plane to, Plane from)
{
  gint factor = from.width / to.width;
  gboolean whole = to.width * factor == from.width && to.height * factor == from.height;
  if (whole && factor == 2)
    scale_half (to, from);
  else if (whole && factor > 2 && factor <= BOX_MAX)
    scale_box (s, to, from, factor);
  else
    scale_taps (s, to, from);
}

void
r58_scaler_run (R58Scaler *scaler, const R58Picture *to, const R58Picture *from)
{
  if (to->width == from->width && to->height == from->height) {
    r58_picture_copy (to, from);
    return;
  }
  for (gint i = 0; i < R58_PLANES; i++) {
    gint shift = i == 0 ? 0 : 1;
    scale_plane (scaler, (Plane) { to->data[i], to->stride[i], to->width >> shift, to->height >> shift },
        (Plane) { from->data[i], from->stride[i], from->width >> shift, from->height >> shift });
  }
}
