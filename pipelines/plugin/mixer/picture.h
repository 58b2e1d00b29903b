/* I420 pictures in plain memory: what the mixer copies, fills, blends and scales. Only 8 bit 4:2:0; every rectangle
 * has even corners, so that the chroma planes are cut at whole samples. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define R58_PLANES 3
/* Weights of blends: 0 to 256, so that the sums fit 16 bits and 256 is exactly "all of it". */
#define R58_OPAQUE 256

typedef struct {
  guint8 *data[R58_PLANES];
  gint stride[R58_PLANES];
  gint width, height; /* luma samples */
} R58Picture;

typedef struct {
  gint x, y, w, h;
} R58Rect;

typedef struct {
  guint8 y, u, v;
} R58Colour;

extern const R58Colour r58_black;

/* BT.709 limited range, as every link is. */
R58Colour r58_colour_from_rgb (guint8 r, guint8 g, guint8 b);

R58Rect r58_rect_intersect (R58Rect a, R58Rect b);
gboolean r58_rect_contains (R58Rect outer, R58Rect inner);
gboolean r58_rect_empty (R58Rect r);

/* A picture of its own memory; free with r58_picture_free. */
R58Picture *r58_picture_new (gint width, gint height);
void r58_picture_free (R58Picture *picture);
/* The part of a picture inside `r`, sharing its memory. */
R58Picture r58_picture_part (const R58Picture *picture, R58Rect r);

/* All pictures of one call have the same size. */
void r58_picture_copy (const R58Picture *to, const R58Picture *from);
/* to = a + (b − a)·weight; `to` may be `a`. */
void r58_picture_blend (const R58Picture *to, const R58Picture *a, const R58Picture *b, guint weight);
/* to = a + (colour − a)·weight; `to` may be `a`. */
void r58_picture_tint (const R58Picture *to, const R58Picture *a, R58Colour colour, guint weight);
void r58_picture_fill (const R58Picture *to, R58Colour colour);

/* Keeps the filter tables of the sizes in use. One thread per scaler. */
typedef struct _R58Scaler R58Scaler;
R58Scaler *r58_scaler_new (void);
void r58_scaler_free (R58Scaler *scaler);
/* Fits the whole of `from` into the whole of `to`: area average when smaller, linear when larger. */
void r58_scaler_run (R58Scaler *scaler, const R58Picture *to, const R58Picture *from);

G_END_DECLS
