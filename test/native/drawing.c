/* drawing shows COUNT SEED: pictures of random shows, held against a slow model that looks at one sample at a time. Each case has a seed
 * of its own: `drawing shows 1 SEED` repeats it. */
#include "mixer/mixer.h"

#include <math.h>

#include "check.h"

enum { SLOTS = 5, GUARD = 16, UNTOUCHED = 171 };

/* What the model says of a sample, and how far off the mixer may be: no more than its own rounding. */
typedef struct {
  double value, slack;
} Sample;

typedef struct {
  gint x0, y0, x1, y1;
} Box;

static R58Picture sources[SLOTS];
static MixFrame *frames[SLOTS];
static double worst;

/* What the slack allows is the worst of all weights together; they are off one way and the other. Of 3000 shows it was 1.8. */
#define MOST_OFF 3

/* ---- model ---- */

/* Corners lie at even samples, so that chroma is cut whole. */
static gint
nearest_even (double v)
{
  return 2 * (gint) floor (v / 2 + 0.5);
}

static Box
box_of_layer (const MixLayer *l, gint w, gint h)
{
  return (Box) { nearest_even (l->x * w), nearest_even (l->y * h), nearest_even ((l->x + l->w) * w), nearest_even ((l->y + l->h) * h) };
}

static Box
crop_of_layer (const MixLayer *l, gint w, gint h)
{
  gint even_w = w / 2 * 2, even_h = h / 2 * 2;
  Box b = { MIN (nearest_even (l->crop_l * w), even_w - 2), MIN (nearest_even (l->crop_t * h), even_h - 2),
    MIN (nearest_even ((1 - l->crop_r) * w), even_w), MIN (nearest_even ((1 - l->crop_b) * h), even_h) };
  b.x1 = MAX (b.x1, b.x0 + 2);
  b.y1 = MAX (b.y1, b.y0 + 2);
  return b;
}

/* As much of `b` as has the shape w:h, in its middle. */
static Box
of_shape (Box b, gint w, gint h)
{
  gint bw = b.x1 - b.x0, bh = b.y1 - b.y0, iw = bw, ih = bh;
  if ((double) w / h > (double) bw / bh)
    ih = CLAMP (nearest_even ((double) h * bw / w), 2, bh);
  else if ((double) w / h < (double) bw / bh)
    iw = CLAMP (nearest_even ((double) w * bh / h), 2, bw);
  gint x = b.x0 + nearest_even ((bw - iw) / 2.0), y = b.y0 + nearest_even ((bh - ih) / 2.0);
  return (Box) { x, y, x + iw, y + ih };
}

/* The mean of what a sample covers when there are more than it takes, else between its neighbours. */
static double
along (const double *line, gint from, gint to, gint i)
{
  double ratio = (double) from / to, sum = 0;
  if (ratio <= 1) {
    double centre = CLAMP ((i + 0.5) * ratio - 0.5, 0, from - 1);
    gint left = centre, right = MIN (left + 1, from - 1);
    return line[left] + (line[right] - line[left]) * (centre - left);
  }
  for (gint k = i * ratio; k < from && k < (i + 1) * ratio; k++)
    sum += line[k] * MAX (0, MIN ((i + 1) * ratio, k + 1) - MAX (i * ratio, k));
  return sum / ratio;
}

/* Sample x, y of the part `from` when it is fitted into w by h. */
static Sample
scaled (const R58Picture *p, gint plane, Box from, gint w, gint h, gint x, gint y)
{
  gint half = plane ? 2 : 1, fw = (from.x1 - from.x0) / half, fh = (from.y1 - from.y0) / half;
  w /= half;
  h /= half;
  const guint8 *data = p->data[plane] + (from.y0 / half) * p->stride[plane] + from.x0 / half;
  if (fw == w && fh == h)
    return (Sample) { data[y * p->stride[plane] + x], 0 };
  double column[256], row[256];
  for (gint j = 0; j < fh; j++) {
    for (gint i = 0; i < fw; i++)
      row[i] = data[j * p->stride[plane] + i];
    column[j] = along (row, fw, w, x);
  }
  /* The weight of each sample that is taken may be off by a 256th, on both axes. */
  return (Sample) { along (column, fh, h, y), 1.5 + ((double) fw / w + (double) fh / h + 4) / 256 * 255 };
}

static Sample
over (Sample under, Sample above, guint weight)
{
  double share = weight / 256.0, rounding = weight == R58_OPAQUE || weight == 0 ? 0 : 0.5;
  return (Sample) { under.value + (above.value - under.value) * share,
    under.slack * (1 - share) + above.slack * share + rounding };
}

static guint8
of_colour (R58Colour c, gint plane)
{
  return plane == 0 ? c.y : plane == 1 ? c.u : c.v;
}

static Sample
model_layer (const MixLayer *l, gint plane, gint width, gint height, gint x, gint y, Sample under)
{
  gint half = plane ? 2 : 1;
  Box to = box_of_layer (l, width, height);
  MixFrame *frame = l->slot >= 0 ? frames[l->slot] : NULL;
  if (to.x1 <= to.x0 || to.y1 <= to.y0)
    return under;
  Box from = { 0 };
  if (frame) {
    const R58Picture *p = &sources[l->slot];
    from = frame->slate ? (Box) { 0, 0, p->width, p->height } : crop_of_layer (l, p->width, p->height);
    if (!frame->slate && l->fit == MIX_CONTAIN)
      to = of_shape (to, from.x1 - from.x0, from.y1 - from.y0);
    if (!frame->slate && l->fit == MIX_COVER)
      from = of_shape (from, to.x1 - to.x0, to.y1 - to.y0);
  }
  gint px = x * half, py = y * half;
  if (px < to.x0 || px >= to.x1 || py < to.y0 || py >= to.y1)
    return under;
  Sample above = { of_colour (r58_black, plane), 0 };
  if (frame)
    above = scaled (&sources[l->slot], plane, from, to.x1 - to.x0, to.y1 - to.y0, x - to.x0 / half, y - to.y0 / half);
  Sample out = over (under, above, l->alpha);
  gboolean edge = px < to.x0 + l->border || px >= to.x1 - l->border || py < to.y0 + l->border || py >= to.y1 - l->border;
  return edge ? over (out, (Sample) { of_colour (l->border_colour, plane), 0 }, l->alpha) : out;
}

static Sample
model_scene (const MixScene *scene, gint plane, gint width, gint height, gint x, gint y)
{
  Sample s = { of_colour (r58_black, plane), 0 };
  for (guint i = 0; scene && i < scene->n_layers; i++)
    if (scene->layers[i].alpha > 0)
      s = model_layer (&scene->layers[i], plane, width, height, x, y, s);
  return s;
}

static Sample
model (const MixShow *show, guint64 i, gint plane, gint width, gint height, gint x, gint y)
{
  if (i + 1 >= show->frames)
    return model_scene (show->to, plane, width, height, x, y);
  double done = (i + 1.0) / show->frames;
  guint weight = floor (done * R58_OPAQUE + 0.5);
  Sample black = { of_colour (r58_black, plane), 0 };
  if (show->kind == MIX_DIP) {
    gboolean down = 2 * weight < R58_OPAQUE;
    return over (model_scene (down ? show->from : show->to, plane, width, height, x, y), black,
        down ? 2 * weight : 2 * (R58_OPAQUE - weight));
  }
  if (show->kind == MIX_WIPE)
    return model_scene (x * (plane ? 2 : 1) < nearest_even (width * weight / 256.0) ? show->to : show->from, plane, width, height, x, y);
  return over (model_scene (show->from, plane, width, height, x, y), model_scene (show->to, plane, width, height, x, y), weight);
}

/* ---- random shows ---- */

static void
describe (const MixScene *scene)
{
  for (guint i = 0; scene && i < scene->n_layers; i++) {
    const MixLayer *l = &scene->layers[i];
    const R58Picture *p = l->slot >= 0 && frames[l->slot] ? &sources[l->slot] : NULL;
    printf ("  slot %d (%dx%d%s) at %.3f,%.3f %.3fx%.3f, crop %.3f,%.3f,%.3f,%.3f, fit %d, alpha %u, border %d\n", l->slot,
        p ? p->width : 0, p ? p->height : 0, p && frames[l->slot]->slate ? ", slate" : "", l->x, l->y, l->w, l->h, l->crop_l, l->crop_t,
        l->crop_r, l->crop_b, l->fit, l->alpha, l->border);
  }
}

static MixFrame *
frame_new (guint slot)
{
  static guint64 serial;
  GstVideoInfo info;
  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_I420, 2 + check_below (check_below (3) ? 80 : 200), 2 + check_below (110));
  MixFrame *frame = g_atomic_rc_box_new0 (MixFrame);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
  CHECK (gst_video_frame_map (&frame->video, &info, buffer, GST_MAP_READWRITE), "map");
  gst_buffer_unref (buffer);
  frame->serial = ++serial;
  frame->slate = check_below (8) == 0;
  sources[slot] = mix_frame_picture (&frame->video);
  gboolean smooth = check_below (2);
  for (gint p = 0; p < R58_PLANES; p++)
    for (gint y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT (&frame->video, p); y++)
      for (gint x = 0; x < GST_VIDEO_FRAME_COMP_WIDTH (&frame->video, p); x++)
        sources[slot].data[p][y * sources[slot].stride[p] + x] = smooth ? x * 3 + y * 2 + 40 * p : check_random ();
  return frame;
}

static void
frame_free (MixFrame *frame)
{
  gst_video_frame_unmap (&frame->video);
  g_atomic_rc_box_release (frame);
}

/* Of these some are what people choose, and lie on an edge. */
static double
some_share (double least, double most)
{
  static const double usual[] = { 0, 0.25, 1 / 3.0, 0.5, 0.75, 1 };
  return check_below (2) ? usual[check_below (G_N_ELEMENTS (usual))] : least + (most - least) * check_share ();
}

static void
some_scene (MixScene *scene)
{
  scene->n_layers = check_below (8) ? check_below (6) : check_below (MIX_LAYERS_MAX + 1);
  for (guint i = 0; i < scene->n_layers; i++) {
    gboolean whole = check_below (5) == 0, cropped = check_below (3) == 0;
    scene->layers[i] = (MixLayer) {
      .slot = (gint) check_below (SLOTS + 1) - 1,
      .x = whole ? 0 : some_share (-0.6, 1), .y = whole ? 0 : some_share (-0.6, 1),
      .w = whole ? 1 : some_share (0, 1.5), .h = whole ? 1 : some_share (0, 1.5),
      .crop_l = cropped ? check_share () / 2 : 0, .crop_t = cropped ? check_share () / 2 : 0,
      .crop_r = cropped ? check_share () * 0.49 : 0, .crop_b = cropped ? check_share () * 0.49 : 0,
      .fit = check_below (3),
      .alpha = check_below (2) ? R58_OPAQUE : check_below (R58_OPAQUE + 1),
      .border = check_below (2) ? 0 : 2 * check_below (check_below (4) ? 4 : 60),
      .border_colour = r58_colour_from_rgb (check_random (), check_random (), check_random ()),
    };
  }
}

static void
hold_against_model (const R58Picture *to, const MixShow *show, guint64 i, guint64 seed)
{
  for (gint plane = 0; plane < R58_PLANES; plane++)
    for (gint y = 0; y < to->height / (plane ? 2 : 1); y++)
      for (gint x = 0; x < to->width / (plane ? 2 : 1); x++) {
        Sample should = model (show, i, plane, to->width, to->height, x, y);
        guint is = to->data[plane][y * to->stride[plane] + x];
        double off = fabs (is - should.value);
        if (off > MIN (should.slack + 0.001, MOST_OFF)) {
          printf ("from\n");
          describe (show->from);
          printf ("to\n");
          describe (show->to);
        }
        /* Of an exact value nothing; of a blend the half that is lost by rounding (floating point has its own dust). */
        CHECK (off <= MIN (should.slack + 0.001, MOST_OFF), "seed %" G_GUINT64_FORMAT ", frame %" G_GUINT64_FORMAT " of %u, kind %d: %u at %d,%d of "
            "plane %d of %dx%d, should be %.2f, give or take %.2f", seed, i, show->frames, show->kind, is, x, y, plane, to->width,
            to->height, should.value, should.slack);
        worst = MAX (worst, off);
      }
}

/* Nothing is written outside of the canvas. */
static void
check_guard (const R58Picture *around, gint w, gint h, guint64 seed)
{
  for (gint plane = 0; plane < R58_PLANES; plane++) {
    gint half = plane ? 2 : 1;
    for (gint y = 0; y < around->height / half; y++)
      for (gint x = 0; x < around->width / half; x++) {
        gboolean inside = x >= GUARD / half && x < (GUARD + w) / half && y >= GUARD / half && y < (GUARD + h) / half;
        CHECK (inside || around->data[plane][y * around->stride[plane] + x] == UNTOUCHED, "seed %" G_GUINT64_FORMAT ": outside", seed);
      }
  }
}

static void
draw (MixPictures *pictures, guint64 seed)
{
  check_seed (seed);
  gint w = 2 * (8 + check_below (40)), h = 2 * (8 + check_below (24));
  R58Picture *around = r58_picture_new (w + 2 * GUARD, h + 2 * GUARD);
  R58Picture to = r58_picture_part (around, (R58Rect) { GUARD, GUARD, w, h });
  for (guint s = 0; s < SLOTS; s++)
    frames[s] = check_below (8) ? frame_new (s) : NULL;
  MixScene *from = g_new0 (MixScene, 1), *next = g_new0 (MixScene, 1);
  some_scene (from);
  some_scene (next);
  guint length = 1 + check_below (40);
  MixShow show = { .from = check_below (10) ? from : NULL, .to = next, .kind = 1 + check_below (3), .frames = length, .first = 1000 };
  /* Twice of one transition, so that pictures which are kept are used again, and then what it leads to. */
  const guint64 at[] = { check_below (length), check_below (length), length };
  for (guint n = 0; n < G_N_ELEMENTS (at); n++) {
    for (gint p = 0; p < R58_PLANES; p++)
      memset (around->data[p], UNTOUCHED, (gsize) around->stride[p] * (around->height / (p ? 2 : 1)));
    mix_draw (pictures, &to, &show, show.first + at[n], frames);
    hold_against_model (&to, &show, at[n], seed);
    check_guard (around, w, h, seed);
  }
  for (guint s = 0; s < SLOTS; s++)
    g_clear_pointer (&frames[s], frame_free);
  r58_picture_free (around);
  g_free (from);
  g_free (next);
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  guint count = atoi (argv[2]);
  guint64 seed = g_ascii_strtoull (argv[3], NULL, 10);
  for (guint i = 0; i < count; i++) {
    /* A canvas keeps its size for as long as a mixer lives. */
    MixPictures *pictures = mix_pictures_new ();
    draw (pictures, seed + i);
    mix_pictures_free (pictures);
  }
  printf ("worst difference of %u shows: %.2f\n", count, worst);
  return 0;
}
