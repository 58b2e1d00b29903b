/* The loops over pixels and samples that cost the mixer its time, one line or block a call. Each has a naive twin in
 * test/native/kernelsModel.h that it has to equal, and that `npm run bench -- kernels` measures it against. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Weights of pictures are 0 to 256, so that sums fit 16 bits and 256 is exactly "all of it". `n` counts samples of `to`. */
typedef struct {
  /* to = a + (b − a)·weight; `to` may be `a`. */
  void (*blend) (guint8 *to, const guint8 *a, const guint8 *b, gint n, guint16 weight);
  /* to = a + (value − a)·weight; `to` may be `a`. */
  void (*tint) (guint8 *to, const guint8 *a, gint n, guint8 value, guint16 weight);
  /* The mean of 2·2 samples of two lines. */
  void (*half) (guint8 *to, const guint8 *upper, const guint8 *lower, gint n);
  /* sum += from, sample by sample. */
  void (*add) (guint16 *sum, const guint8 *from, gint n);
  /* The mean of factor·factor samples, of a line that is the sum of `factor` lines. */
  void (*box) (guint8 *to, const guint16 *sum, gint n, gint factor);
  /* line = from·weight, or += it when not `begins`. */
  void (*weigh) (guint16 *line, const guint8 *from, gint n, guint16 weight, gboolean begins);
  /* Each sample from `taps` neighbours of a weighed line, from first[i] on; their weights at weight[taps·i]. */
  void (*gather) (guint8 *to, const guint16 *line, gint n, gint taps, const gint *first, const guint16 *weight);

  /* Sound, interleaved stereo; `n` counts frames. */
  void (*mix) (gfloat *to, const gfloat *from, gint n);
  /* Each channel by gains of its own, a gain a frame. */
  void (*gain) (gfloat *block, const gfloat *left, const gfloat *right, gint n);
  /* The loudest sample of each channel, or what peak[] had before. What is no number does not count. */
  void (*peak) (gfloat *peak, const gfloat *block, gint n);
} R58Kernels;

extern const R58Kernels r58_kernels;

G_END_DECLS
