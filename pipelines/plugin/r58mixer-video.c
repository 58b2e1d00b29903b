/* The video tick of r58mixer: frame k of the program at the time of grid index k. */
#include "r58mixer.h"

#include <math.h>
#include <string.h>

#define GST_CAT_DEFAULT r58_mixer_debug

/* Lateness up to here is caught up frame by frame; beyond it frames are skipped, and counted. */
#define CATCH_UP_FRAMES 5
/* Two ticks without a new frame: the signal is lost. */
#define LOST_TICKS 2
/* Timestamps and grid times are rounded to ns, each in its own way. */
#define ROUNDING GST_USECOND
#define SCALED_MAX 48
/* A scaled picture nobody asked for is freed after this many ticks. */
#define SCALED_IDLE_TICKS 150

/* A part of a frame at one size, kept while scenes may share it and while the frame repeats. */
typedef struct {
  guint64 serial;
  R58Rect part;
  R58Picture *picture;
  guint64 used; /* tick count */
} Scaled;

struct _MixPictures {
  R58Scaler *scaler;
  R58Picture *canvas[2];
  Scaled scaled[SCALED_MAX];
  guint64 ticks;
  MixFrame *shown[MIX_SLOTS_MAX]; /* this tick's frame of each slot */
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
  p.from = part_of (layer, frame->video.info.width, frame->video.info.height);
  if (layer->fit == MIX_CONTAIN)
    p.to = centred (p.to, p.from.w, p.from.h);
  else if (layer->fit == MIX_COVER)
    p.from = centred (p.from, p.to.w, p.to.h);
  return p;
}

/* ---- pictures ---- */

static R58Picture
picture_of (GstVideoFrame *frame)
{
  R58Picture p = { .width = frame->info.width, .height = frame->info.height };
  for (gint i = 0; i < R58_PLANES; i++) {
    p.data[i] = GST_VIDEO_FRAME_PLANE_DATA (frame, i);
    p.stride[i] = GST_VIDEO_FRAME_PLANE_STRIDE (frame, i);
  }
  return p;
}

static const R58Picture *
scaled_picture (MixPictures *m, MixFrame *frame, R58Rect part, gint width, gint height)
{
  Scaled *entry = NULL;
  for (guint i = 0; i < SCALED_MAX; i++) {
    Scaled *s = &m->scaled[i];
    gboolean fits = s->picture && s->picture->width == width && s->picture->height == height;
    if (fits && s->serial == frame->serial && memcmp (&s->part, &part, sizeof part) == 0) {
      s->used = m->ticks;
      return s->picture;
    }
    if (s->picture && s->used == m->ticks)
      continue;
    /* Best to reuse: memory of the right size; else none; else the oldest. */
    gboolean entry_fits = entry && entry->picture && entry->picture->width == width && entry->picture->height == height;
    if (!entry || (!entry_fits && (fits || s->used < entry->used)))
      entry = s;
  }
  if (!entry)
    return NULL;
  if (!entry->picture || entry->picture->width != width || entry->picture->height != height) {
    r58_picture_free (entry->picture);
    entry->picture = r58_picture_new (width, height);
  }
  R58Picture whole = picture_of (&frame->video), from = r58_picture_part (&whole, part);
  r58_scaler_run (m->scaler, entry->picture, &from);
  entry->serial = frame->serial;
  entry->part = part;
  entry->used = m->ticks;
  return entry->picture;
}

static void
free_idle_pictures (MixPictures *m)
{
  for (guint i = 0; i < SCALED_MAX; i++) {
    Scaled *s = &m->scaled[i];
    if (!s->picture || m->ticks - s->used < SCALED_IDLE_TICKS)
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
  gint across = MIN (p->layer->border, r.w), down = MIN (p->layer->border, r.h);
  const R58Rect sides[] = {
    { r.x, r.y, r.w, down }, { r.x, r.y + r.h - down, r.w, down },
    { r.x, r.y + down, across, r.h - 2 * down }, { r.x + r.w - across, r.y + down, across, r.h - 2 * down },
  };
  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    fill_part (to, r58_rect_intersect (sides[i], clip), p->layer->border_colour, p->layer->alpha);
}

static void
draw_picture (MixPictures *m, const R58Picture *to, R58Rect visible, const Placed *p, gboolean shared)
{
  R58Picture whole = picture_of (&p->frame->video), target = r58_picture_part (to, visible);
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
  if (!source)
    return;
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
    Placed p = place (layer, m->shown[layer->slot], width, height);
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

/* `shared`: another scene of this tick may want the same scaled pictures. */
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
    R58Picture whole = picture_of (&p->frame->video);
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
draw_show (MixPictures *m, const R58Picture *to, const MixShow *show, guint64 k)
{
  R58Rect clip = { 0, 0, to->width, to->height };
  guint64 i = k - show->first;
  if (i + 1 >= show->frames)
    draw_scene (m, to, show->to, clip, FALSE);
  else if (show->kind == MIX_DIP)
    draw_dip (m, to, show, ((i + 1) * R58_OPAQUE + show->frames / 2) / show->frames);
  else if (show->kind == MIX_WIPE)
    draw_wipe (m, to, show, ((i + 1) * R58_OPAQUE + show->frames / 2) / show->frames);
  else
    draw_mix (m, to, show, ((i + 1) * R58_OPAQUE + show->frames / 2) / show->frames);
}

/* ---- show ---- */

static void
scene_unref (MixScene *scene)
{
  g_atomic_rc_box_release (scene);
}

static void
post_transition_end (R58Mixer *self, guint64 k)
{
  MixShow *show = &self->show;
  if (!show->running)
    return;
  show->running = FALSE;
  JsonBuilder *b = r58_json_begin ();
  r58_json_string (b, "id", show->id);
  r58_json_int (b, "frame", k);
  r58_json_ns (b, "ptsNs", r58_grid_time (k, self->info.fps_n, self->info.fps_d));
  r58_post_event (GST_ELEMENT (self), "transition-end", b);
}

static void
post_applied (R58Mixer *self, const MixTake *take, guint64 k)
{
  JsonBuilder *b = r58_json_begin ();
  r58_json_string (b, "id", take->id);
  r58_json_int (b, "frame", k);
  r58_json_ns (b, "ptsNs", r58_grid_time (k, self->info.fps_n, self->info.fps_d));
  r58_json_int (b, "endFrame", k + take->frames - 1);
  r58_post_event (GST_ELEMENT (self), "applied", b);
}

/* What was under way is completed: its target is where the new one starts from. */
static void
apply_take (R58Mixer *self, const MixTake *take, guint64 k)
{
  MixShow *show = &self->show;
  post_transition_end (self, k);
  g_clear_pointer (&show->from, scene_unref);
  show->from = show->to;
  show->to = g_atomic_rc_box_acquire (take->scene);
  show->kind = take->kind;
  show->first = k;
  show->frames = take->frames;
  show->running = TRUE;
  g_free (show->id);
  show->id = g_strdup (take->id);
}

/* Takes meant for frame k or before, and from now on the next command is for k + 1. */
static void
begin_frame (R58Mixer *self, guint64 k, GQueue *takes)
{
  g_mutex_lock (&self->show_lock);
  self->next_frame = k + 1;
  MixTake *take;
  while ((take = g_queue_peek_head (&self->takes)) && take->frame <= k)
    g_queue_push_tail (takes, g_queue_pop_head (&self->takes));
  g_mutex_unlock (&self->show_lock);
}

/* ---- frames of the slots ---- */

/* The newest frame that is due; what came before it is dropped. Returns a reference. */
static MixFrame *
advance_slot (R58Mixer *self, guint index, GstClockTime t)
{
  MixSlot *slot = &self->slots[index];
  g_mutex_lock (&slot->lock);
  GstClockTime due = t > slot->delay ? t - slot->delay + ROUNDING : 0;
  guint n = 0, chosen = 0;
  for (GList *node = slot->frames.head; node; node = node->next) {
    n++;
    if (((MixFrame *) node->data)->pts <= due)
      chosen = n;
  }
  for (guint i = 0; i < chosen; i++) {
    g_clear_pointer (&slot->shown, mix_frame_unref);
    slot->shown = g_queue_pop_head (&slot->frames);
  }
  if (chosen) {
    slot->video_stats.frames++;
    slot->video_stats.dropped += chosen - 1;
    slot->fresh_age = 0;
  } else if (slot->shown) {
    slot->video_stats.repeated++;
    slot->fresh_age++;
  }
  MixFrame *frame = slot->shown ? g_atomic_rc_box_acquire (slot->shown) : NULL;
  /* A source of half the program's rate brings a new frame every other tick and is not lost. */
  guint patience = LOST_TICKS;
  if (frame && frame->video.info.fps_n > 0)
    patience = MAX (LOST_TICKS, 1 + ceil ((gdouble) frame->video.info.fps_d * self->info.fps_n
            / ((gdouble) frame->video.info.fps_n * self->info.fps_d)));
  MixSignal signal = !slot->video_address ? MIX_EMPTY : frame && slot->fresh_age < patience ? MIX_LIVE : MIX_LOST;
  g_mutex_unlock (&slot->lock);
  mix_slot_signal (self, index, TRUE, signal);
  return frame;
}

static void
collect_frames (R58Mixer *self, GstClockTime t)
{
  for (guint i = 0; i < self->n_slots; i++)
    self->pictures->shown[i] = advance_slot (self, i, t);
}

static void
release_frames (R58Mixer *self)
{
  for (guint i = 0; i < self->n_slots; i++)
    g_clear_pointer (&self->pictures->shown[i], mix_frame_unref);
}

/* ---- output ---- */

static void
drop_memory (R58Mixer *self)
{
  if (self->pool)
    gst_buffer_pool_set_active (self->pool, FALSE);
  gst_clear_object (&self->pool);
  gst_clear_object (&self->allocator);
  self->memory_chosen = FALSE;
}

static GstBufferPool *
activate_pool (R58Mixer *self, GstBufferPool *pool, guint size, guint min, guint max)
{
  GstStructure *config = gst_buffer_pool_get_config (pool);
  gst_buffer_pool_config_set_params (config, self->caps, size, min, max);
  if (gst_buffer_pool_set_config (pool, config) && gst_buffer_pool_set_active (pool, TRUE))
    return pool;
  gst_object_unref (pool);
  return NULL;
}

/* Downstream's memory when it offers some: a link's slots are written in place. It decides itself when a slot is free
 * again, so there is no pool on top of its allocator. */
static void
choose_memory (R58Mixer *self)
{
  drop_memory (self);
  GstBufferPool *pool = NULL;
  guint size = 0, min = 0, max = 0;
  GstQuery *query = gst_query_new_allocation (self->caps, TRUE);
  if (gst_pad_peer_query (self->video.pad, query)) {
    if (gst_query_get_n_allocation_pools (query) > 0)
      gst_query_parse_nth_allocation_pool (query, 0, &pool, &size, &min, &max);
    if (gst_query_get_n_allocation_params (query) > 0)
      gst_query_parse_nth_allocation_param (query, 0, &self->allocator, NULL);
  }
  gst_query_unref (query);
  if (pool)
    self->pool = activate_pool (self, pool, MAX (size, self->info.size), min, max);
  else if (!self->allocator)
    self->pool = activate_pool (self, gst_video_buffer_pool_new (), self->info.size, 2, 0);
  self->memory_chosen = TRUE;
  GST_DEBUG_OBJECT (self, "pool %" GST_PTR_FORMAT ", allocator %" GST_PTR_FORMAT, self->pool, self->allocator);
}

static GstBuffer *
new_output (R58Mixer *self)
{
  if (gst_pad_check_reconfigure (self->video.pad) || !self->memory_chosen)
    choose_memory (self);
  GstBufferPoolAcquireParams now = { .flags = GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT };
  GstBuffer *buffer = NULL;
  if (self->pool && gst_buffer_pool_acquire_buffer (self->pool, &buffer, &now) == GST_FLOW_OK)
    return buffer;
  return gst_buffer_new_allocate (self->allocator, self->info.size, NULL);
}

static gboolean
push_frame (R58Mixer *self, guint64 k)
{
  GstBuffer *buffer = new_output (self);
  GstVideoFrame video;
  if (!gst_video_frame_map (&video, &self->info, buffer, GST_MAP_WRITE)) {
    gst_buffer_unref (buffer);
    return FALSE;
  }
  R58Picture to = picture_of (&video);
  if (self->show.to)
    draw_show (self->pictures, &to, &self->show, k);
  else
    r58_picture_fill (&to, r58_black);
  gst_video_frame_unmap (&video);
  GstClockTime t = r58_grid_time (k, self->info.fps_n, self->info.fps_d);
  GST_BUFFER_PTS (buffer) = t;
  GST_BUFFER_DURATION (buffer) = r58_grid_time (k + 1, self->info.fps_n, self->info.fps_d) - t;
  GST_BUFFER_OFFSET (buffer) = k;
  return mix_push (self, &self->video, self->caps, buffer);
}

static void
tick (R58Mixer *self, guint64 k, gboolean late)
{
  GQueue takes = G_QUEUE_INIT;
  begin_frame (self, k, &takes);
  for (GList *node = takes.head; node; node = node->next)
    apply_take (self, node->data, k);
  self->pictures->ticks++;
  collect_frames (self, r58_grid_time (k, self->info.fps_n, self->info.fps_d));
  gboolean pushed = gst_pad_is_linked (self->video.pad) && push_frame (self, k);
  release_frames (self);
  free_idle_pictures (self->pictures);

  g_mutex_lock (&self->show_lock);
  self->frames += pushed;
  self->late_frames += late;
  g_mutex_unlock (&self->show_lock);
  MixTake *take;
  while ((take = g_queue_pop_head (&takes))) {
    post_applied (self, take, k);
    mix_take_free (take);
  }
  if (k + 1 >= self->show.first + self->show.frames)
    post_transition_end (self, k);
}

/* ---- the thread ---- */

void
mix_video_reset (R58Mixer *self)
{
  MixPictures *m = self->pictures;
  drop_memory (self);
  g_clear_pointer (&self->show.from, scene_unref);
  g_clear_pointer (&self->show.to, scene_unref);
  g_free (self->show.id);
  self->show = (MixShow) { 0 };
  if (!m)
    return;
  for (guint i = 0; i < SCALED_MAX; i++)
    r58_picture_free (m->scaled[i].picture);
  r58_picture_free (m->canvas[0]);
  r58_picture_free (m->canvas[1]);
  r58_scaler_free (m->scaler);
  g_clear_pointer (&self->pictures, g_free);
}

/* Runs until the element stops playing. */
static void
run_ticks (R58Mixer *self)
{
  gint num = self->info.fps_n, den = self->info.fps_d;
  guint64 k = r58_grid_index (r58_now (), num, den) + 1;
  g_mutex_lock (&self->show_lock);
  self->next_frame = k;
  g_mutex_unlock (&self->show_lock);
  while (mix_sleep_until (self, r58_grid_time (k, num, den)) && !mix_ended (self)) {
    guint64 late = MAX (r58_grid_index (r58_now (), num, den), k) - k;
    if (late >= CATCH_UP_FRAMES) {
      g_mutex_lock (&self->show_lock);
      self->skipped_frames += late;
      g_mutex_unlock (&self->show_lock);
      GST_WARNING_OBJECT (self, "skipped %" G_GUINT64_FORMAT " frames", late);
      k += late;
      late = 0;
    }
    tick (self, k, late > 0);
    k++;
  }
}

gpointer
mix_video_thread (gpointer data)
{
  R58Mixer *self = data;
  self->pictures = g_new0 (MixPictures, 1);
  self->pictures->scaler = r58_scaler_new ();
  while (mix_wait_playing (self) && !mix_ended (self))
    run_ticks (self);
  if (mix_ended (self))
    mix_push_eos (&self->video);
  mix_video_reset (self);
  return NULL;
}
