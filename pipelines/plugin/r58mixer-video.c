/* The video tick of r58mixer: frame k of the program at the time of grid index k. */
#include "r58mixer.h"

#include <math.h>

#define GST_CAT_DEFAULT r58_mixer_debug

/* Lateness up to here is caught up frame by frame; beyond it frames are skipped, and counted. */
#define CATCH_UP_FRAMES 5
/* Two ticks without a new frame: the signal is lost. */
#define LOST_TICKS 2
/* See note_lag(). */
#define LAG_GUESS_FRAMES 30
#define LAG_GUESS_STEP (1.0 * GST_MSECOND)
#define LAG_STEP (0.02 * GST_MSECOND)
#define LAG_WORTH (8.0 * GST_MSECOND)
/* Timestamps and grid times are rounded to ns, each in its own way. */
#define ROUNDING GST_USECOND

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

/* After the slot's delay a frame waits for the next tick, up to a frame's time, and always the same for a source whose
 * frames come as regularly as ours. The sound waits as long: by the running median, guessed quickly at first and
 * followed slowly. A change of the sound's delay is a splice, so small ones are not worth it. */
static void
note_lag (R58Mixer *self, MixSlot *slot, GstClockTimeDiff lag)
{
  gdouble one = r58_grid_time (1, self->info.fps_n, self->info.fps_d), delay = slot->delay;
  lag = CLAMP (lag, delay, delay + one);
  if (slot->lag_frames++ == 0)
    slot->lag = lag;
  gdouble step = slot->lag_frames < LAG_GUESS_FRAMES ? LAG_GUESS_STEP : LAG_STEP;
  slot->lag += CLAMP (lag - slot->lag, -step, step);
  gdouble off = fabs (slot->lag - (gdouble) slot->sound_delay);
  if (off > LAG_WORTH || (slot->lag_frames == LAG_GUESS_FRAMES && off > GST_MSECOND))
    slot->sound_delay = MAX (slot->lag, 0);
}

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
    if (slot->fresh_age >= LOST_TICKS)
      slot->lag_frames = 0;
    note_lag (self, slot, GST_CLOCK_DIFF (slot->shown->pts, t));
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
    self->shown[i] = advance_slot (self, i, t);
}

static void
release_frames (R58Mixer *self)
{
  for (guint i = 0; i < self->n_slots; i++)
    g_clear_pointer (&self->shown[i], mix_frame_unref);
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
  R58Picture to = mix_frame_picture (&video);
  mix_draw (self->pictures, &to, &self->show, k, self->shown);
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
  collect_frames (self, r58_grid_time (k, self->info.fps_n, self->info.fps_d));
  gboolean pushed = gst_pad_is_linked (self->video.pad) && push_frame (self, k);
  release_frames (self);

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
  drop_memory (self);
  g_clear_pointer (&self->show.from, scene_unref);
  g_clear_pointer (&self->show.to, scene_unref);
  g_free (self->show.id);
  self->show = (MixShow) { 0 };
  g_clear_pointer (&self->pictures, mix_pictures_free);
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
  self->pictures = mix_pictures_new ();
  while (mix_wait_playing (self) && !mix_ended (self))
    run_ticks (self);
  if (mix_ended (self))
    mix_push_eos (&self->video);
  mix_video_reset (self);
  return NULL;
}
