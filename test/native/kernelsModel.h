/* What each kernel is to make, sample by sample, as plainly as it can be written. */
#pragma once

#include <math.h>

#include "common/kernels.h"

static void
model_blend (guint8 *to, const guint8 *a, const guint8 *b, gint n, guint16 weight)
{
  for (gint i = 0; i < n; i++)
    to[i] = (a[i] * (256 - weight) + b[i] * weight + 128) / 256;
}

static void
model_tint (guint8 *to, const guint8 *a, gint n, guint8 value, guint16 weight)
{
  for (gint i = 0; i < n; i++)
    to[i] = (a[i] * (256 - weight) + value * weight + 128) / 256;
}

static void
model_half (guint8 *to, const guint8 *upper, const guint8 *lower, gint n)
{
  for (gint i = 0; i < n; i++)
    to[i] = (upper[2 * i] + upper[2 * i + 1] + lower[2 * i] + lower[2 * i + 1] + 2) / 4;
}

static void
model_add (guint16 *sum, const guint8 *from, gint n)
{
  for (gint i = 0; i < n; i++)
    sum[i] = sum[i] + from[i];
}

/* The division by the area is a multiplication in 65536ths, rounded up. */
static void
model_box (guint8 *to, const guint16 *sum, gint n, gint factor)
{
  gint area = factor * factor, reciprocal = (65536 + area - 1) / area;
  for (gint i = 0; i < n; i++) {
    gint all = area / 2;
    for (gint k = 0; k < factor; k++)
      all += sum[i * factor + k];
    to[i] = (gint64) all * reciprocal / 65536;
  }
}

static void
model_weigh (guint16 *line, const guint8 *from, gint n, guint16 weight, gboolean begins)
{
  for (gint i = 0; i < n; i++)
    line[i] = (begins ? 0 : line[i]) + from[i] * weight;
}

static void
model_gather (guint8 *to, const guint16 *line, gint n, gint taps, const gint *first, const guint16 *weight)
{
  for (gint i = 0; i < n; i++) {
    guint64 sum = 32768;
    for (gint k = 0; k < taps; k++)
      sum += (guint64) line[first[i] + k] * weight[i * taps + k];
    to[i] = sum / 65536;
  }
}

static void
model_mix (gfloat *to, const gfloat *from, gint n)
{
  for (gint i = 0; i < 2 * n; i++)
    to[i] = to[i] + from[i];
}

static void
model_gain (gfloat *block, const gfloat *left, const gfloat *right, gint n)
{
  for (gint i = 0; i < n; i++)
    for (gint c = 0; c < 2; c++)
      block[2 * i + c] = block[2 * i + c] * (c ? right : left)[i];
}

static void
model_peak (gfloat *peak, const gfloat *block, gint n)
{
  for (gint i = 0; i < n; i++)
    for (gint c = 0; c < 2; c++)
      peak[c] = fmaxf (peak[c], fabsf (block[2 * i + c]));
}

static const R58Kernels model = { model_blend, model_tint, model_half, model_add, model_box, model_weigh, model_gather,
  model_mix, model_gain, model_peak };
