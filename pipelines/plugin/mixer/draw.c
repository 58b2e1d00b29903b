/* Draws one frame of the program: a pure function of the show, the grid index and the slots' frames. A scaled picture
 * is kept as long as scenes may share it, so both scenes of a transition pay for it once. */
#include "mixer/mixer.h"

#include <math.h>
#include <string.h>

/* Enough for all layers of two scenes. */
#define SCALED_MAX (2 * MIX_LAYERS_MAX)
/* A scaled picture that is not used for this many frames is freed. */
#define SCALED_IDLE_FRAMES 150

/* A part of a frame at one size. */
typedef struct {
  guint64 serial;
  R58Rect part;
  R58Picture *picture;
  guint64 used; /* value of `drawn` then */
} Scaled;

struct _MixPictures {
  R58Scaler *scaler;
  R58Picture *canvas[2];
  Scaled scaled[SCALED_MAX];
  guint64 drawn;          /* frames so far, this one included */
  MixFrame *const *shown; /* this frame's picture of each slot */
};

/* Where a layer comes from and where it goes. */
typedef struct {
  const MixLayer *layer;
  MixFrame *frame; /* NULL: black */
  R58Rect from;    /* of the frame */
  R58Rect to;      /* of the canvas, may reach beyond it */
} Placed;

/* ---- geometry ---- */

static gint
even (gdouble v)
{
  return 2 * (gint) floor (v / 2 + 0.5);
}

/* Both edges are rounded, so that boxes which touch leave no gap. */
static R58Rect
box_of (const MixLayer *layer, gint width, gint height)
{
  gint x = even (layer->x * width), y = even (layer->y * height);
  return (R58Rect) { x, y, even ((layer->x + layer->w) * width) - x, even ((layer->y + layer->h) * height) - y };
}

static R58Rect
part_of (const MixLayer *layer, gint width, gint height)
{
  gint x = even (layer->crop_l * width), y = even (layer->crop_t * height);
  gint right = MIN (even ((1 - layer->crop_r) * width), width & ~1);
  gint bottom = MIN (even ((1 - layer->crop_b) * height), height & ~1);
  x = CLAMP (x, 0, (width & ~1) - 2);
  y = CLAMP (y, 0, (height & ~1) - 2);
  return (R58Rect) { x, y, MAX (right - x, 2), MAX (bottom - y, 2) };
}

/* The largest rectangle of the shape w:h in the middle of `r`. */
static R58Rect
centred (R58Rect r, gint w, gint h)
{
  gint width = r.w, height = r.h;
  if ((gint64) w * r.h > (gint64) h * r.w)
    height = CLAMP (even ((gdouble) h * r.w / w), 2, r.h);
  else
    width = CLAMP (even ((gdouble) w * r.h / h), 2, r.w);
  return (R58Rect) { r.x + even ((r.w - width) / 2.0), r.y + even ((r.h - height) / 2.0), width, height };
}

static Placed
place (const MixLayer *layer, MixFrame *frame, gint width, gint height)
{
  Placed p = { layer, frame, { 0, 0, 0, 0 }, box_of (layer, width, height) };
  if (!frame || r58_rect_empty (p.to))
    return p;
  if (frame->slate) {
    p.from = (R58Rect) { 0, 0, frame->video.info.width, frame->video.info.height };
    return p;
  }
  p.from = part_of (layer, frame->video.info.width, frame->video.info.height);
  if (layer->fit == MIX_CONTAIN)
    p.to = centred (p.to, p.from.w, p.from.h);
  else if (layer->fit == MIX_COVER)
    p.from = centred (p.from, p.to.w, p.to.h);
  return p;
}

/* ---- pictures ---- */

static const R58Picture *
scaled_picture (MixPictures *m, MixFrame *frame, R58Rect part, gint width, gint height)
{
  Scaled *entry = NULL;
  for (guint i = 0; i < SCALED_MAX; i++) {
    Scaled *s = &m->scaled[i];
    gboolean fits = s->picture && s->picture->width == width && s->picture->height == height;
    if (fits && s->serial == frame->serial && memcmp (&s->part, &part, sizeof part) == 0) {
      s->used = m->drawn;
      return s->picture;
    }
    if (s->picture && s->used == m->drawn)
      continue;
    /* Best to reuse: memory of the right size; else none; else the oldest. */
    gboolean entry_fits = entry && entry->picture && entry->picture->width == width && entry->picture->height == height;
    if (!entry || (!entry_fits && (fits || s->used < entry->used)))
      entry = s;
  }
  if (!entry->picture || entry->picture->width != width || entry->picture->height != height) {
    r58_picture_free (entry->picture);
    entry->picture = r58_picture_new (width, height);
  }
  R58Picture whole = mix_frame_picture (&frame->video), from = r58_picture_part (&whole, part);
  r58_scaler_run (m->scaler, entry->picture, &from);
  entry->serial = frame->serial;
  entry->part = part;
  entry->used = m->drawn;
  return entry->picture;
}

static void
free_idle_pictures (MixPictures *m)
{
  for (guint i = 0; i < SCALED_MAX; i++) {
    Scaled *s = &m->scaled[i];
    if (!s->picture || m->drawn - s->used < SCALED_IDLE_FRAMES)
      continue;
    r58_picture_free (s->picture);
    *s = (Scaled) { 0 };
  }
}

/* ---- layers ---- */

static void
fill_part (const R58Picture *to, R58Rect r, R58Colour colour, guint alpha)
{
  if (r58_rect_empty (r))
    return;
  R58Picture part = r58_picture_part (to, r);
  if (alpha == R58_OPAQUE)
    r58_picture_fill (&part, colour);
  else
    r58_picture_tint (&part, &part, colour, alpha);
}

static void
draw_border (const R58Picture *to, R58Rect clip, const Placed *p)
{
  R58Rect r = p->to;
  /* The sides of a small box meet: no sample is drawn twice, which would be seen where they are translucent. */
  gint top = MIN (p->layer->border, r.h), bottom = MIN (p->layer->border, r.h - top), between = r.h - top - bottom;
  gint left = MIN (p->layer->border, r.w), right = MIN (p->layer->border, r.w - left);
  const R58Rect sides[] = {
    { r.x, r.y, r.w, top }, { r.x, r.y + r.h - bottom, r.w, bottom },
    { r.x, r.y + top, left, between }, { r.x + r.w - right, r.y + top, right, between },
  };
  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    fill_part (to, r58_rect_intersect (sides[i], clip), p->layer->border_colour, p->layer->alpha);
}

static void
draw_picture (MixPictures *m, const R58Picture *to, R58Rect visible, const Placed *p, gboolean shared)
{
  R58Picture whole = mix_frame_picture (&p->frame->video), target = r58_picture_part (to, visible);
  gboolean same_size = p->from.w == p->to.w && p->from.h == p->to.h;
  gboolean opaque = p->layer->alpha == R58_OPAQUE;
  if (opaque && !same_size && !shared && visible.w == p->to.w && visible.h == p->to.h) {
    R58Picture from = r58_picture_part (&whole, p->from);
    r58_scaler_run (m->scaler, &target, &from);
    return;
  }
  R58Rect part = { visible.x - p->to.x, visible.y - p->to.y, visible.w, visible.h };
  const R58Picture *source = &whole;
  if (same_size) {
    part.x += p->from.x;
    part.y += p->from.y;
  } else {
    source = scaled_picture (m, p->frame, p->from, p->to.w, p->to.h);
  }
  R58Picture from = r58_picture_part (source, part);
  if (opaque)
    r58_picture_copy (&target, &from);
  else
    r58_picture_blend (&target, &target, &from, p->layer->alpha);
}

/* What an opaque layer above covers completely is never drawn. */
static guint
drop_covered (Placed *placed, guint n, R58Rect cover, R58Rect clip)
{
  guint kept = 0;
  for (guint i = 0; i < n; i++)
    if (!r58_rect_contains (cover, r58_rect_intersect (placed[i].to, clip)))
      placed[kept++] = placed[i];
  return kept;
}

/* The layers of the scene that can be seen, bottom to top; no scene is black. */
static guint
place_layers (MixPictures *m, const MixScene *scene, R58Rect clip, gint width, gint height, Placed *placed)
{
  guint n = 0;
  for (guint i = 0; scene && i < scene->n_layers; i++) {
    const MixLayer *layer = &scene->layers[i];
    Placed p = place (layer, layer->slot < 0 ? NULL : m->shown[layer->slot], width, height);
    if (layer->alpha == 0 || r58_rect_empty (r58_rect_intersect (p.to, clip)))
      continue;
    if (layer->alpha == R58_OPAQUE)
      n = drop_covered (placed, n, p.to, clip);
    placed[n++] = p;
  }
  return n;
}

/* TRUE when opaque layers leave nothing of the background to be seen. Exact for layers that do not overlap. */
static gboolean
background_covered (const Placed *placed, guint n, R58Rect clip)
{
  gint64 area = 0;
  for (guint i = 0; i < n; i++) {
    R58Rect r = r58_rect_intersect (placed[i].to, clip);
    gboolean counts = placed[i].layer->alpha == R58_OPAQUE;
    for (guint j = 0; j < i && counts; j++)
      counts = r58_rect_empty (r58_rect_intersect (r, placed[j].to));
    if (counts)
      area += (gint64) r.w * r.h;
  }
  return area == (gint64) clip.w * clip.h;
}

/* `shared`: another scene of this frame may want the same scaled pictures. */
static void
draw_scene (MixPictures *m, const R58Picture *to, const MixScene *scene, R58Rect clip, gboolean shared)
{
  Placed placed[MIX_LAYERS_MAX];
  guint n = place_layers (m, scene, clip, to->width, to->height, placed);
  if (!background_covered (placed, n, clip))
    fill_part (to, clip, r58_black, R58_OPAQUE);
  for (guint i = 0; i < n; i++) {
    R58Rect visible = r58_rect_intersect (placed[i].to, clip);
    if (placed[i].frame)
      draw_picture (m, to, visible, &placed[i], shared);
    else
      fill_part (to, visible, r58_black, placed[i].layer->alpha);
    draw_border (to, clip, &placed[i]);
  }
}

/* The scene as a picture: the frame itself when it is all there is to see. */
static R58Picture
scene_picture (MixPictures *m, guint which, const MixScene *scene, gint width, gint height)
{
  Placed placed[MIX_LAYERS_MAX];
  R58Rect clip = { 0, 0, width, height };
  guint n = place_layers (m, scene, clip, width, height, placed);
  const Placed *p = placed;
  if (n == 1 && p->frame && p->layer->alpha == R58_OPAQUE && p->layer->border == 0 && p->from.w == p->to.w
      && p->from.h == p->to.h && r58_rect_contains (p->to, clip) && p->to.w == width && p->to.h == height) {
    R58Picture whole = mix_frame_picture (&p->frame->video);
    return r58_picture_part (&whole, p->from);
  }
  if (!m->canvas[which])
    m->canvas[which] = r58_picture_new (width, height);
  draw_scene (m, m->canvas[which], scene, clip, TRUE);
  return *m->canvas[which];
}

/* ---- transitions ---- */

static void
draw_mix (MixPictures *m, const R58Picture *to, const MixShow *show, guint weight)
{
  R58Picture a = scene_picture (m, 0, show->from, to->width, to->height);
  R58Picture b = scene_picture (m, 1, show->to, to->width, to->height);
  r58_picture_blend (to, &a, &b, weight);
}

/* Down to black and up again: black at the half. */
static void
draw_dip (MixPictures *m, const R58Picture *to, const MixShow *show, guint weight)
{
  const MixScene *scene = weight < R58_OPAQUE / 2 ? show->from : show->to;
  R58Picture a = scene_picture (m, 0, scene, to->width, to->height);
  r58_picture_tint (to, &a, r58_black, R58_OPAQUE - ABS ((gint) (2 * weight) - R58_OPAQUE));
}

/* From left to right with a hard edge. */
static void
draw_wipe (MixPictures *m, const R58Picture *to, const MixShow *show, guint weight)
{
  gint edge = even ((gdouble) to->width * weight / R58_OPAQUE);
  if (edge > 0)
    draw_scene (m, to, show->to, (R58Rect) { 0, 0, edge, to->height }, TRUE);
  if (edge < to->width)
    draw_scene (m, to, show->from, (R58Rect) { edge, 0, to->width - edge, to->height }, TRUE);
}

/* Frame i of N has the weight (i + 1) / N of the new scene. */
static void
draw_transition (MixPictures *m, const R58Picture *to, const MixShow *show, guint64 i)
{
  guint weight = ((i + 1) * R58_OPAQUE + show->frames / 2) / show->frames;
  if (show->kind == MIX_DIP)
    draw_dip (m, to, show, weight);
  else if (show->kind == MIX_WIPE)
    draw_wipe (m, to, show, weight);
  else
    draw_mix (m, to, show, weight);
}

/* ---- slate ---- */

/* A dark grey, lighter at the top: clearly intended, and not to be mistaken for a picture. */
MixFrame *
mix_slate_new (const GstVideoInfo *info)
{
  const guint8 top = 58, bottom = 34;
  MixFrame *frame = g_atomic_rc_box_new0 (MixFrame);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, info->size, NULL);
  gst_video_frame_map (&frame->video, info, buffer, GST_MAP_READWRITE);
  gst_buffer_unref (buffer);
  R58Picture whole = mix_frame_picture (&frame->video);
  for (gint y = 0; y < whole.height; y += 2) {
    R58Picture line = r58_picture_part (&whole, (R58Rect) { 0, y, whole.width, 2 });
    r58_picture_fill (&line, (R58Colour) { top - (top - bottom) * y / whole.height, 128, 128 });
  }
  frame->slate = TRUE;
  return frame;
}

/* ---- the whole ---- */

MixPictures *
mix_pictures_new (void)
{
  MixPictures *m = g_new0 (MixPictures, 1);
  m->scaler = r58_scaler_new ();
  return m;
}

void
mix_pictures_free (MixPictures *m)
{
  if (!m)
    return;
  for (guint i = 0; i < SCALED_MAX; i++)
    r58_picture_free (m->scaled[i].picture);
  r58_picture_free (m->canvas[0]);
  r58_picture_free (m->canvas[1]);
  r58_scaler_free (m->scaler);
  g_free (m);
}

void
mix_draw (MixPictures *m, const R58Picture *to, const MixShow *show, guint64 k, MixFrame *const *shown)
{
  guint64 i = k - show->first;
  m->drawn++;
  m->shown = shown;
  if (i + 1 >= show->frames)
    draw_scene (m, to, show->to, (R58Rect) { 0, 0, to->width, to->height }, FALSE);
  else
    draw_transition (m, to, show, i);
  free_idle_pictures (m);
}
