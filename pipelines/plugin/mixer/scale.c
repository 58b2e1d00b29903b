/* Scaling of I420 planes. Whole ratios (a quad is 2:1) are plain averages; every other size goes through tables of
 * taps, rows first, because that half of the work vectorises. Weights add up to 256, so flat colours stay exactly as
 * they are. */
#include "mixer/picture.h"

#include <math.h>
#include <string.h>

#include "common/kernels.h"

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

typedef struct {
  guint8 *data;
  gint stride, width, height;
} Plane;

static void
scale_half (Plane to, Plane from)
{
  for (gint y = 0; y < to.height; y++) {
    const guint8 *a = from.data + (gsize) 2 * y * from.stride;
    r58_kernels.half (to.data + (gsize) y * to.stride, a, a + from.stride, to.width);
  }
}

static void
scale_box (R58Scaler *s, Plane to, Plane from, gint factor)
{
  guint16 *line = line_get (s, from.width);
  for (gint y = 0; y < to.height; y++) {
    memset (line, 0, from.width * sizeof *line);
    for (gint k = 0; k < factor; k++)
      r58_kernels.add (line, from.data + ((gsize) y * factor + k) * from.stride, from.width);
    r58_kernels.box (to.data + (gsize) y * to.stride, line, to.width, factor);
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
        r58_kernels.weigh (line, from.data + ((gsize) rows->first[y] + k) * from.stride, from.width, w[k], k == 0);
    r58_kernels.gather (to.data + (gsize) y * to.stride, line, to.width, columns->taps, columns->first,
        columns->weight);
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
