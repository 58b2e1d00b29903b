/* scaler tables|pictures COUNT SEED: what the scaler does at every size, held against a slow model. */
#include "mixer/scale.c"

#include "check.h"

static void
check_table (gint from, gint to)
{
  Table t = { 0 };
  table_fill (&t, from, to);
  for (gint i = 0; i < to; i++) {
    gint sum = 0;
    CHECK (t.first[i] >= 0 && t.first[i] + t.taps <= from, "%d to %d: sample %d reads %d + %d", from, to, i, t.first[i], t.taps);
    for (gint k = 0; k < t.taps; k++) {
      gint w = t.weight[i * t.taps + k];
      CHECK (w <= 256, "%d to %d: weight %d of sample %d is %d", from, to, k, i, w);
      sum += w;
    }
    CHECK (sum == 256, "%d to %d: weights of sample %d add up to %d", from, to, i, sum);
  }
  table_clear (&t);
}

static void
tables (void)
{
  const gint widths[] = { 640, 720, 960, 1280, 1920, 3840, 4096, 8192 };
  for (gint from = 1; from <= 160; from++)
    for (gint to = 1; to <= 160; to++)
      check_table (from, to);
  for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
    for (gint to = 1; to <= 1920; to += to < 256 ? 1 : 7)
      check_table (widths[i], to);
}

/* The mean of the area a sample covers, or between the centres of neighbours, in double precision. */
static double
model_line (const guint8 *line, gsize step, gint from, gint to, gint i)
{
  double ratio = (double) from / to, sum = 0;
  if (ratio <= 1) {
    double centre = CLAMP ((i + 0.5) * ratio - 0.5, 0, from - 1);
    gint left = MIN ((gint) centre, from - 1), right = MIN (left + 1, from - 1);
    return line[left * step] + (line[right * step] - line[left * step]) * (centre - left);
  }
  for (gint k = i * ratio; k < from && k < (i + 1) * ratio; k++)
    sum += line[k * step] * MAX (0, MIN ((i + 1) * ratio, k + 1) - MAX (i * ratio, k));
  return sum / ratio;
}

static void
model_plane (const guint8 *from, gint stride, gint fw, gint fh, gint tw, gint th, double *out)
{
  for (gint x = 0; x < tw; x++) {
    double *exact = g_new (double, fh);
    for (gint y = 0; y < fh; y++)
      exact[y] = model_line (from + (gsize) y * stride, 1, fw, tw, x);
    for (gint y = 0; y < th; y++) {
      double ratio = (double) fh / th, sum = 0;
      if (ratio <= 1) {
        double centre = CLAMP ((y + 0.5) * ratio - 0.5, 0, fh - 1);
        gint up = MIN ((gint) centre, fh - 1), down = MIN (up + 1, fh - 1);
        sum = exact[up] + (exact[down] - exact[up]) * (centre - up);
      } else {
        for (gint k = y * ratio; k < fh && k < (y + 1) * ratio; k++)
          sum += exact[k] * MAX (0, MIN ((y + 1) * ratio, k + 1) - MAX (y * ratio, k)) / ratio;
      }
      out[y * tw + x] = sum;
    }
    g_free (exact);
  }
}

static gint
size (gint most)
{
  return 2 * (1 + check_below (check_below (2) ? most / 2 : 40));
}

static void
picture (R58Scaler *scaler)
{
  gint fw = size (1920), fh = size (1080), tw = size (1280), th = size (720);
  gint factor = 1 + check_below (10); /* whole ratios have kernels of their own */
  if (check_below (3) == 0) {
    fw = MIN (tw * factor, 3840) & ~1;
    fh = MIN (th * factor, 2160) & ~1;
  }
  R58Picture *a = r58_picture_new (fw, fh), *b = r58_picture_new (tw, th);
  guint low = check_below (200), high = low + check_below (256 - low);
  gboolean flat = low == high, smooth = check_below (2);
  for (gint p = 0; p < R58_PLANES; p++)
    for (gint y = 0; y < (p ? fh / 2 : fh); y++)
      for (gint x = 0; x < (p ? fw / 2 : fw); x++)
        a->data[p][y * a->stride[p] + x] = smooth ? low + (x * 7 + y * 3 + p) % (high - low + 1) : low + check_below (high - low + 1);
  r58_scaler_run (scaler, b, a);
  for (gint p = 0; p < R58_PLANES; p++) {
    gint w = p ? tw / 2 : tw, h = p ? th / 2 : th, pw = p ? fw / 2 : fw, ph = p ? fh / 2 : fh;
    double *model = (gint64) pw * ph < 300 * 300 && (gint64) w * ph < 300 * 300 ? g_new (double, w * h) : NULL;
    if (model)
      model_plane (a->data[p], a->stride[p], pw, ph, w, h, model);
    /* Each of the taps of a sample may be off by one 256th of the range, on both axes. */
    double taps = (double) pw / w + (double) ph / h + 4, near = 1.5 + taps / 256 * (high - low);
    for (gint y = 0; y < h; y++)
      for (gint x = 0; x < w; x++) {
        guint value = b->data[p][y * b->stride[p] + x];
        CHECK (value >= low && value <= high, "%dx%d to %dx%d: %u at %d,%d of plane %d, input is %u to %u", fw, fh, tw, th, value, x,
            y, p, low, high);
        CHECK (!flat || value == low, "a flat picture keeps its colour");
        if (model)
          CHECK (ABS (value - model[y * w + x]) <= near, "%dx%d to %dx%d: %u at %d,%d of plane %d, should be %.1f", fw, fh, tw, th,
              value, x, y, p, model[y * w + x]);
      }
    g_free (model);
  }
  r58_picture_free (a);
  r58_picture_free (b);
}

int
main (int argc, char **argv)
{
  if (g_str_equal (argv[1], "tables")) {
    tables ();
    return 0;
  }
  check_seed (atoi (argv[3]));
  R58Scaler *scaler = r58_scaler_new ();
  for (gint i = atoi (argv[2]); i > 0; i--)
    picture (scaler);
  r58_scaler_free (scaler);
  return 0;
}
