#include "mixer/picture.h"

#include <string.h>

#include "common/kernels.h"

const R58Colour r58_black = { 16, 128, 128 };

static inline gint
plane_size (gint plane, gint luma)
{
  return plane == 0 ? luma : (luma + 1) / 2;
}

static inline guint8
component (R58Colour c, gint plane)
{
  return plane == 0 ? c.y : plane == 1 ? c.u : c.v;
}

/* ITU-R BT.709: Kr 0.2126, Kb 0.0722; luma 16–235, chroma 16–240. */
R58Colour
r58_colour_from_rgb (guint8 r, guint8 g, guint8 b)
{
  gdouble luma = (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255.0;
  gdouble u = (b / 255.0 - luma) / 1.8556, v = (r / 255.0 - luma) / 1.5748;
  return (R58Colour) { 16 + 219 * luma + 0.5, 128 + 224 * u + 0.5, 128 + 224 * v + 0.5 };
}

R58Rect
r58_rect_intersect (R58Rect a, R58Rect b)
{
  gint x0 = MAX (a.x, b.x), y0 = MAX (a.y, b.y);
  gint x1 = MIN (a.x + a.w, b.x + b.w), y1 = MIN (a.y + a.h, b.y + b.h);
  return (R58Rect) { x0, y0, MAX (x1 - x0, 0), MAX (y1 - y0, 0) };
}

gboolean
r58_rect_contains (R58Rect outer, R58Rect inner)
{
  return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w
      && inner.y + inner.h <= outer.y + outer.h;
}

gboolean
r58_rect_empty (R58Rect r)
{
  return r.w <= 0 || r.h <= 0;
}

R58Picture *
r58_picture_new (gint width, gint height)
{
  R58Picture *p = g_new0 (R58Picture, 1);
  p->width = width;
  p->height = height;
  for (gint i = 0; i < R58_PLANES; i++) {
    p->stride[i] = (plane_size (i, width) + 63) & ~63;
    p->data[i] = g_malloc ((gsize) p->stride[i] * plane_size (i, height));
  }
  return p;
}

void
r58_picture_free (R58Picture *picture)
{
  if (!picture)
    return;
  for (gint i = 0; i < R58_PLANES; i++)
    g_free (picture->data[i]);
  g_free (picture);
}

R58Picture
r58_picture_part (const R58Picture *picture, R58Rect r)
{
  R58Picture part = { .width = r.w, .height = r.h };
  for (gint i = 0; i < R58_PLANES; i++) {
    gint shift = i == 0 ? 0 : 1;
    part.stride[i] = picture->stride[i];
    part.data[i] = picture->data[i] + (gsize) (r.y >> shift) * picture->stride[i] + (r.x >> shift);
  }
  return part;
}

void
r58_picture_copy (const R58Picture *to, const R58Picture *from)
{
  for (gint i = 0; i < R58_PLANES; i++) {
    gint w = plane_size (i, to->width), h = plane_size (i, to->height);
    if (to->stride[i] == w && from->stride[i] == w) {
      memcpy (to->data[i], from->data[i], (gsize) w * h);
      continue;
    }
    for (gint y = 0; y < h; y++)
      memcpy (to->data[i] + (gsize) y * to->stride[i], from->data[i] + (gsize) y * from->stride[i], w);
  }
}

void
r58_picture_blend (const R58Picture *to, const R58Picture *a, const R58Picture *b, guint weight)
{
  for (gint i = 0; i < R58_PLANES; i++) {
    gint w = plane_size (i, to->width), h = plane_size (i, to->height);
    for (gint y = 0; y < h; y++)
      r58_kernels.blend (to->data[i] + (gsize) y * to->stride[i], a->data[i] + (gsize) y * a->stride[i],
          b->data[i] + (gsize) y * b->stride[i], w, weight);
  }
}

void
r58_picture_tint (const R58Picture *to, const R58Picture *a, R58Colour colour, guint weight)
{
  for (gint i = 0; i < R58_PLANES; i++) {
    gint w = plane_size (i, to->width), h = plane_size (i, to->height);
    for (gint y = 0; y < h; y++)
      r58_kernels.tint (to->data[i] + (gsize) y * to->stride[i], a->data[i] + (gsize) y * a->stride[i], w,
          component (colour, i), weight);
  }
}

void
r58_picture_fill (const R58Picture *to, R58Colour colour)
{
  for (gint i = 0; i < R58_PLANES; i++) {
    gint w = plane_size (i, to->width), h = plane_size (i, to->height);
    for (gint y = 0; y < h; y++)
      memset (to->data[i] + (gsize) y * to->stride[i], component (colour, i), w);
  }
}
