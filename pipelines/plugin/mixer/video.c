/* The video tick of r58mixer: frame k of the program at the time of grid index k. */
#include "mixer/mixer.h"

#include <math.h>

#define GST_CAT_DEFAULT r58_mixer_debug

/* Lateness up to here is caught up frame by frame; beyond it frames are skipped, and counted. */
#define CATCH_UP_FRAMES 5
/* Two ticks without a new frame: the signal is lost. */
#define LOST_TICKS 2
/* A lost slot is live again once its frames have come in time for this long. If it is lost again within RELAPSE_NS of its
 * return, the trial doubles each time, so that its stand-in does not flicker. */
#define TRIAL_NS (300 * GST_MSECOND)
#define TRIAL_MAX_NS (2400 * GST_MSECOND)
#define RELAPSE_NS (10 * GST_SECOND)
/* Points of the program that are sampled. */
#define PROGRAM_COLUMNS 128
#define PROGRAM_ROWS 72
/* See note_lag(). */
#define LAG_GUESS_FRAMES 30
#define LAG_FRAMES 90
#define LAG_LATE 0.125
#define LAG_WORTH (4.0 * GST_MSECOND)
/* Of a source that does not say its rate: gaps that are not yet a loss, in ticks, and new frames after which a longest
 * gap that did not come again counts for one tick less. */
#define USUAL_GAP_MAX 10
#define FORGET_GAP_FRAMES 60
/* After this long without getting younger, old frames are all that will come. */
#define STEADY_NS (500 * GST_MSECOND)
/* Timestamps and grid times are rounded to ns, each in its own way. */
#define ROUNDING GST_USECOND

/* ---- show ---- */

static void
post_transition_end (R58Mixer *self, guint64 k)
{
  MixShow *show = &self->video.show;
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

/* A running transition is completed: its target is where the new one starts. */
static void
apply_take (R58Mixer *self, const MixTake *take, guint64 k)
{
  MixShow *show = &self->video.show;
  post_transition_end (self, k);
  g_clear_pointer (&show->from, mix_scene_unref);
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
begin_frame (R58Mixer *self, guint64 k, GQueue *takes, gboolean *idle)
{
  r58_lock (&self->control.lock);
  self->control.next_frame = k + 1;
  *idle = self->control.idle;
  MixTake *take;
  while ((take = g_queue_peek_head (&self->control.takes)) && take->frame <= k)
    g_queue_push_tail (takes, g_queue_pop_head (&self->control.takes));
  r58_unlock (&self->control.lock);
}

/* ---- frames of the slots ---- */

/* After the slot's delay a frame waits for the next tick, up to a frame's time, and always the same for a source whose
 * frames come as regularly as ours. The sound waits as long: by the mean of the last seconds, which a source moves that
 * learns late when its pictures were taken (a guest's first sender report), or whose clock runs past ours: then the wait
 * jumps by a whole frame. A frame that came too late for its tick says little about the others. A change of the sound's
 * delay is a splice, so small ones are not worth it. */
static void
note_lag (R58Mixer *self, MixSlot *slot, GstClockTimeDiff lag)
{
  gdouble one = r58_grid_time (1, self->info.fps_n, self->info.fps_d), delay = slot->delay;
  gdouble weight = lag + ROUNDING < delay + one ? 1 : LAG_LATE;
  lag = CLAMP (lag, delay, delay + one);
  if (slot->lag_frames++ == 0)
    slot->lag = lag;
  slot->lag += (lag - slot->lag) * weight / MIN (slot->lag_frames, LAG_FRAMES);
  gdouble off = fabs (slot->lag - (gdouble) slot->sound_delay);
  gboolean guess = slot->lag_frames == LAG_GUESS_FRAMES;
  gboolean waits = slot->lag_known && slot->lag_frames < LAG_GUESS_FRAMES;
  slot->lag_known |= guess;
  if (!waits && off > (guess ? GST_MSECOND : LAG_WORTH))
    slot->sound_delay = MAX (slot->lag, 0);
}

/* Ticks without a new frame after which the signal is lost. A source of half the program's rate brings a new frame
 * every other tick and is not lost; one that does not say its rate (a guest's camera) is known by what it does. */
static guint
patience (R58Mixer *self, MixSlot *slot)
{
  const GstVideoInfo *info = &slot->shown->video.info;
  if (info->fps_n <= 0)
    return MAX (LOST_TICKS, 1 + slot->usual_gap);
  gdouble ticks = (gdouble) info->fps_d * self->info.fps_n / ((gdouble) info->fps_n * self->info.fps_d);
  return MAX (LOST_TICKS, 1 + ceil (ticks));
}

/* Called with each new frame: gaps up to USUAL_GAP_MAX may be the source's nature, longer ones are losses. */
static void
learn_gap (MixSlot *slot)
{
  guint gap = slot->fresh_age + 1;
  if (gap >= slot->usual_gap && gap <= USUAL_GAP_MAX) {
    slot->usual_gap = gap;
    slot->regular = 0;
  } else if (++slot->regular >= FORGET_GAP_FRAMES && slot->usual_gap > 0) {
    slot->usual_gap--;
    slot->regular = 0;
  }
}

/* A source that comes back may first bring what it had when it left, or catch up with the time it stood still. That
 * is not shown: the picture starts again with what is new. Frames that stay equally old are another matter: their
 * source has a long way or a wrong clock, and is shown. */
static gboolean
too_old (R58Mixer *self, MixSlot *slot, const MixFrame *frame, GstClockTime t)
{
  GstClockTime one = r58_grid_time (1, self->info.fps_n, self->info.fps_d);
  GstClockTime age = t > frame->pts ? t - frame->pts : 0;
  if (age <= slot->delay + LOST_TICKS * one + ROUNDING) {
    slot->old_since = 0;
    return FALSE;
  }
  if (slot->old_since == 0 || age + one < slot->old_age) {
    slot->old_since = t;
    slot->old_age = age;
  }
  return t - slot->old_since < STEADY_NS;
}

guint64
mix_slot_tick (R58Mixer *self, MixSlot *slot, GstClockTime pts)
{
  GstClockTime due = pts + slot->delay;
  due = due > ROUNDING ? due - ROUNDING - 1 : 0;
  return r58_grid_index (due, self->info.fps_n, self->info.fps_d) + 1;
}

/* How many of the waiting frames are due; the last of them is to be shown. */
static guint
count_due (MixSlot *slot, GstClockTime t, MixFrame **newest)
{
  GstClockTime due = t > slot->delay ? t - slot->delay + ROUNDING : 0;
  guint n = 0, chosen = 0;
  for (GList *node = slot->frames.head; node; node = node->next) {
    MixFrame *frame = node->data;
    n++;
    if (frame->pts > due)
      continue;
    chosen = n;
    *newest = frame;
  }
  return chosen;
}

/* TRUE when the frame may follow what the slot shows: time never goes back on screen. */
static gboolean
may_show (R58Mixer *self, MixSlot *slot, const MixFrame *frame, GstClockTime t)
{
  if (!slot->running)
    return !too_old (self, slot, frame, t);
  return !slot->shown || frame->pts > slot->shown->pts;
}

/* What the slot is after this tick. Its picture runs whenever frames come; it is live, so that nothing else stands in
 * for it, from its first frame on, and after a loss when it has run for a while. */
static MixSignal
judge_signal (R58Mixer *self, MixSlot *slot, GstClockTime t)
{
  gboolean was_running = slot->running;
  slot->running = slot->shown && slot->fresh_age < patience (self, slot);
  if (!slot->video_address)
    return MIX_EMPTY;
  if (!slot->running) {
    if (slot->live_since != 0 && slot->video_signal == MIX_LIVE) {
      slot->trial = t - slot->live_since < RELAPSE_NS ? CLAMP (2 * slot->trial, TRIAL_NS, TRIAL_MAX_NS) : TRIAL_NS;
      slot->video_stats.losses++;
    }
    return MIX_LOST;
  }
  if (!was_running)
    slot->running_since = t;
  if (slot->video_signal != MIX_LIVE || slot->live_since == 0) {
    if (t - slot->running_since < slot->trial)
      return MIX_LOST;
    slot->live_since = t;
  }
  return MIX_LIVE;
}

/* The newest frame that is due; what came before it is dropped. Returns a reference. */
static MixFrame *
advance_slot (R58Mixer *self, guint index, GstClockTime t)
{
  MixSlot *slot = &self->slots[index];
  MixFrame *newest = NULL;
  r58_lock (&slot->lock);
  guint due = count_due (slot, t, &newest);
  gboolean fresh = due > 0 && may_show (self, slot, newest, t);
  if (fresh) {
    g_clear_pointer (&slot->shown, mix_frame_unref);
    slot->shown = g_atomic_rc_box_acquire (newest);
    learn_gap (slot);
    slot->video_stats.frames++;
    if (!slot->running)
      slot->lag_frames = 0;
    note_lag (self, slot, GST_CLOCK_DIFF (slot->shown->pts, t));
    slot->fresh_age = 0;
  } else if (slot->shown) {
    slot->video_stats.repeated++;
    slot->fresh_age++;
  }
  slot->video_stats.dropped += due - (fresh ? 1 : 0);
  for (guint i = 0; i < due; i++)
    mix_frame_unref (g_queue_pop_head (&slot->frames));
  MixFrame *frame = slot->shown ? g_atomic_rc_box_acquire (slot->shown) : NULL;
  MixSignal signal = judge_signal (self, slot, t);
  r58_unlock (&slot->lock);
  mix_slot_signal (self, index, TRUE, signal);
  return frame;
}

/* What is shown as the slot: its own picture, or what is to stand in when it has no signal. Slots that stand in for
 * each other in a circle end at the slate. */
static MixFrame *
choose_frame (R58Mixer *self, guint index)
{
  for (guint hops = 0; hops < self->n_slots; hops++) {
    MixSlot *slot = &self->slots[index];
    r58_lock (&slot->lock);
    MixLoss on_loss = slot->video_signal == MIX_LIVE ? MIX_HOLD : slot->on_loss;
    gint backup = slot->backup;
    r58_unlock (&slot->lock);
    if (on_loss == MIX_HOLD)
      return self->video.own[index];
    if (on_loss == MIX_SLATE || backup < 0)
      break;
    index = backup;
  }
  return self->video.slate;
}

static void
collect_frames (R58Mixer *self, GstClockTime t)
{
  for (guint i = 0; i < self->n_slots; i++)
    self->video.own[i] = advance_slot (self, i, t);
  for (guint i = 0; i < self->n_slots; i++)
    self->video.shown[i] = choose_frame (self, i);
}

static void
release_frames (R58Mixer *self)
{
  for (guint i = 0; i < self->n_slots; i++)
    g_clear_pointer (&self->video.own[i], mix_frame_unref);
}

/* ---- output ---- */

static void
drop_memory (R58Mixer *self)
{
  if (self->video.pool)
    gst_buffer_pool_set_active (self->video.pool, FALSE);
  gst_clear_object (&self->video.pool);
  gst_clear_object (&self->video.allocator);
  self->video.memory_chosen = FALSE;
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
  if (gst_pad_peer_query (self->video_pad, query)) {
    if (gst_query_get_n_allocation_pools (query) > 0)
      gst_query_parse_nth_allocation_pool (query, 0, &pool, &size, &min, &max);
    if (gst_query_get_n_allocation_params (query) > 0)
      gst_query_parse_nth_allocation_param (query, 0, &self->video.allocator, NULL);
  }
  gst_query_unref (query);
  if (pool)
    self->video.pool = activate_pool (self, pool, MAX (size, self->info.size), min, max);
  else if (!self->video.allocator)
    self->video.pool = activate_pool (self, gst_video_buffer_pool_new (), self->info.size, 2, 0);
  self->video.memory_chosen = TRUE;
  GST_DEBUG_OBJECT (self, "pool %" GST_PTR_FORMAT ", allocator %" GST_PTR_FORMAT, self->video.pool, self->video.allocator);
}

static GstBuffer *
new_output (R58Mixer *self)
{
  if (gst_pad_check_reconfigure (self->video_pad) || !self->video.memory_chosen)
    choose_memory (self);
  GstBufferPoolAcquireParams now = { .flags = GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT };
  GstBuffer *buffer = NULL;
  if (self->video.pool && gst_buffer_pool_acquire_buffer (self->video.pool, &buffer, &now) == GST_FLOW_OK)
    return buffer;
  return gst_buffer_new_allocate (self->video.allocator, self->info.size, NULL);
}

/* Whether there is anything to see, judged on the program itself; a grid of points twice a second costs next to nothing. */
static void
look_at_program (R58Mixer *self, const GstVideoFrame *video, guint64 k)
{
  if (k % MAX (1, self->info.fps_n / self->info.fps_d / 2) != 0)
    return;
  guint peak = 0;
  const guint8 *luma = GST_VIDEO_FRAME_COMP_DATA (video, 0);
  gsize stride = GST_VIDEO_FRAME_COMP_STRIDE (video, 0);
  guint width = GST_VIDEO_FRAME_WIDTH (video), height = GST_VIDEO_FRAME_HEIGHT (video);
  for (guint row = 0; row < PROGRAM_ROWS; row++) {
    const guint8 *line = luma + (gsize) (row * height / PROGRAM_ROWS) * stride;
    for (guint column = 0; column < PROGRAM_COLUMNS; column++)
      peak = MAX (peak, line[column * width / PROGRAM_COLUMNS]);
  }
  r58_lock (&self->control.lock);
  self->control.program_peak = peak;
  r58_unlock (&self->control.lock);
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
  mix_draw (self->video.pictures, &to, &self->video.show, k, self->video.shown);
  look_at_program (self, &video, k);
  gst_video_frame_unmap (&video);
  GstClockTime t = r58_grid_time (k, self->info.fps_n, self->info.fps_d);
  GST_BUFFER_PTS (buffer) = t;
  GST_BUFFER_DURATION (buffer) = r58_grid_time (k + 1, self->info.fps_n, self->info.fps_d) - t;
  GST_BUFFER_OFFSET (buffer) = k;
  if (k == self->video.jumped)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  return mix_push (self, self->video_pad, self->caps, buffer);
}

static void
tick (R58Mixer *self, guint64 k, gboolean late)
{
  GQueue takes = G_QUEUE_INIT;
  gboolean idle;
  begin_frame (self, k, &takes, &idle);
  for (GList *node = takes.head; node; node = node->next)
    apply_take (self, node->data, k);
  collect_frames (self, r58_grid_time (k, self->info.fps_n, self->info.fps_d));
  gboolean pushed = gst_pad_is_linked (self->video_pad) && !idle && push_frame (self, k);
  release_frames (self);

  r58_lock (&self->control.lock);
  self->control.frames += pushed;
  self->control.late_frames += late;
  r58_unlock (&self->control.lock);
  MixTake *take;
  while ((take = g_queue_pop_head (&takes))) {
    post_applied (self, take, k);
    mix_take_free (take);
  }
  if (k + 1 >= self->video.show.first + self->video.show.frames)
    post_transition_end (self, k);
}

/* ---- the thread ---- */

void
mix_video_reset (R58Mixer *self)
{
  drop_memory (self);
  g_clear_pointer (&self->video.show.from, mix_scene_unref);
  g_clear_pointer (&self->video.show.to, mix_scene_unref);
  g_free (self->video.show.id);
  self->video.show = (MixShow) { 0 };
  g_clear_pointer (&self->video.pictures, mix_pictures_free);
  g_clear_pointer (&self->video.slate, mix_frame_unref);
}

/* Runs until the element stops playing. */
static void
run_ticks (R58Mixer *self)
{
  gint num = self->info.fps_n, den = self->info.fps_d;
  guint64 k = r58_grid_index (r58_now (), num, den) + 1;
  r58_lock (&self->control.lock);
  self->control.next_frame = k;
  r58_unlock (&self->control.lock);
  while (mix_sleep_until (self, r58_grid_time (k, num, den)) && !mix_ended (self)) {
    guint64 late = MAX (r58_grid_index (r58_now (), num, den), k) - k;
    if (late >= CATCH_UP_FRAMES) {
      r58_lock (&self->control.lock);
      self->control.skipped_frames += late;
      r58_unlock (&self->control.lock);
      GST_WARNING_OBJECT (self, "skipped %" G_GUINT64_FORMAT " frames", late);
      k += late;
      self->video.jumped = k;
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
  self->video.pictures = mix_pictures_new ();
  self->video.slate = mix_slate_new (&self->info);
  mix_hurry (self);
  while (mix_wait_playing (self) && !mix_ended (self))
    run_ticks (self);
  if (mix_ended (self))
    mix_push_eos (self->video_pad);
  mix_video_reset (self);
  return NULL;
}
