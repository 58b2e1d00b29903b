/* The link thread of r58mixer: owns every slot's readers, hands what they bring to the ticks, posts `stats`. */
#include "mixer/mixer.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#define GST_CAT_DEFAULT r58_mixer_debug

#define RECONNECT_NS (20 * GST_MSECOND)
#define STATS_NS (500 * GST_MSECOND)
/* Frames in the writer's memory that wait for their delay, or for this thread: its pool has 16 slots for all its readers, two
 * mixers among them. A slot with a longer delay keeps copies. */
#define HOLD_MAX 7
/* Frames a slot keeps at most, whatever their timestamps say. */
#define FRAMES_MAX 80
/* Buffers taken from one link before the others have their turn. */
#define BURST 8
/* Timestamps further ahead than this are nonsense. */
#define AHEAD_MAX GST_SECOND
#define SIZE_MAX_PX 8192
/* How a picture is sampled: this often, at this many points. */
#define LOOK_EVERY (500 * GST_MSECOND)
#define LOOK_COLUMNS 128
#define LOOK_ROWS 72

/* ---- readers follow the slots ---- */

/* The address to read from, when `*target` is no longer what the reader was made for. */
static gboolean
target_changed (MixSlot *slot, guint *target, const guint *wanted, gchar *const *wanted_address, gchar **address)
{
  r58_lock (&slot->lock);
  gboolean changed = *target != *wanted;
  *target = *wanted;
  *address = changed ? g_strdup (*wanted_address) : NULL;
  r58_unlock (&slot->lock);
  return changed;
}

static R58LinkReader *
open_reader (const gchar *address, const gchar *caps_text, guint hold)
{
  if (!address)
    return NULL;
  GstCaps *caps = gst_caps_from_string (caps_text);
  R58LinkReader *reader = r58_link_reader_new (address, caps, hold, R58_LINK_START_LIVE, GST_CLOCK_TIME_NONE);
  gst_caps_unref (caps);
  return reader;
}

/* How many frames wait for the slot's delay, and where. */
static void
follow_delay (R58Mixer *self, MixSlot *slot)
{
  r58_lock (&slot->lock);
  GstClockTime delay = slot->delay;
  r58_unlock (&slot->lock);
  GstClockTime one = r58_grid_time (1, self->info.fps_n, self->info.fps_d);
  guint frames = (delay + one - 1) / one + 2;
  slot->link.copy_frames = frames >= HOLD_MAX; /* one more is on screen */
  slot->link.keep = slot->link.copy_frames ? FRAMES_MAX : frames;
}

static void
follow_video (R58Mixer *self, MixSlot *slot)
{
  gchar *address;
  follow_delay (self, slot);
  if (!target_changed (slot, &slot->link.video_target, &slot->video_target, &slot->video_address, &address))
    return;
  g_clear_pointer (&slot->link.video_reader, r58_link_reader_free);
  g_clear_pointer (&slot->link.caps, g_free);
  slot->link.usable = FALSE;
  slot->link.video_reader = open_reader (address, "video/x-raw,format=I420", HOLD_MAX);
  slot->link.look = (MixLook) { 0 };
  g_free (slot->link.video_late);
  slot->link.video_late = slot->link.video_reader ? g_new0 (R58Lateness, 1) : NULL;
  g_free (address);
}

static void
follow_audio (MixSlot *slot)
{
  gchar *address;
  if (!target_changed (slot, &slot->link.audio_target, &slot->audio_target, &slot->audio_address, &address))
    return;
  g_clear_pointer (&slot->link.audio_reader, r58_link_reader_free);
  slot->link.audio_reader = open_reader (address, R58_AUDIO_CAPS, 2);
  g_free (slot->link.audio_late);
  slot->link.audio_late = slot->link.audio_reader ? g_new0 (R58Lateness, 1) : NULL;
  g_free (address);
}

static void
follow_slots (R58Mixer *self)
{
  for (guint i = 0; i < self->n_slots; i++) {
    follow_video (self, &self->slots[i]);
    if (self->with_audio)
      follow_audio (&self->slots[i]);
  }
}

/* ---- video ---- */

/* The writer may come back with another size; it may also write nonsense. */
static gboolean
follow_caps (R58Mixer *self, MixSlot *slot)
{
  const gchar *text = r58_link_reader_caps (slot->link.video_reader);
  if (!text)
    return slot->link.usable;
  if (g_strcmp0 (text, slot->link.caps) == 0)
    return slot->link.usable;
  g_free (slot->link.caps);
  slot->link.caps = g_strdup (text);
  GstCaps *caps = gst_caps_from_string (text);
  slot->link.usable = caps && gst_caps_is_fixed (caps) && gst_video_info_from_caps (&slot->link.info, caps)
      && GST_VIDEO_INFO_FORMAT (&slot->link.info) == GST_VIDEO_FORMAT_I420
      && slot->link.info.width >= 2 && slot->link.info.width <= SIZE_MAX_PX
      && slot->link.info.height >= 2 && slot->link.info.height <= SIZE_MAX_PX;
  if (!slot->link.usable)
    GST_WARNING_OBJECT (self, "slot %d: cannot show %s", (gint) (slot - self->slots), text);
  gst_clear_caps (&caps);
  return slot->link.usable;
}

/* Takes ownership of the buffer. NULL when it holds no picture. */
static MixFrame *
frame_from_buffer (R58Mixer *self, MixSlot *slot, GstBuffer *buffer)
{
  MixFrame *frame = NULL;
  GstClockTime pts = GST_BUFFER_PTS (buffer);
  if (follow_caps (self, slot) && GST_CLOCK_TIME_IS_VALID (pts) && pts < r58_now () + AHEAD_MAX
      && gst_buffer_get_size (buffer) >= slot->link.info.size) {
    if (slot->link.copy_frames) {
      GstBuffer *copy = gst_buffer_copy_deep (buffer);
      gst_buffer_unref (buffer);
      buffer = copy;
    }
    frame = g_atomic_rc_box_new0 (MixFrame);
    frame->pts = pts;
    frame->serial = ++self->link.serial;
    if (!gst_video_frame_map (&frame->video, &slot->link.info, buffer, GST_MAP_READ)) {
      g_atomic_rc_box_release (frame);
      frame = NULL;
    }
  }
  gst_buffer_unref (buffer); /* the mapping keeps its own reference */
  return frame;
}

/* FNV-1a over a grid of points, twice a second: next to nothing, and sensor noise changes some of them in any live picture. */
static void
look_at (MixLook *look, const GstVideoFrame *video, GstClockTime now)
{
  if (look->at && now < look->at + LOOK_EVERY)
    return;
  guint32 hash = 2166136261u;
  guint peak = 0;
  const guint8 *luma = GST_VIDEO_FRAME_COMP_DATA (video, 0);
  gsize stride = GST_VIDEO_FRAME_COMP_STRIDE (video, 0);
  guint width = GST_VIDEO_FRAME_WIDTH (video), height = GST_VIDEO_FRAME_HEIGHT (video);
  for (guint row = 0; row < LOOK_ROWS; row++) {
    const guint8 *line = luma + (gsize) (row * height / LOOK_ROWS) * stride;
    for (guint column = 0; column < LOOK_COLUMNS; column++) {
      guint8 value = line[column * width / LOOK_COLUMNS];
      hash = (hash ^ value) * 16777619u;
      peak = MAX (peak, value);
    }
  }
  if (hash != look->hash || !look->at)
    look->changed = now;
  look->hash = hash;
  look->peak = peak;
  look->at = now;
}

/* A frame that another one follows before the next tick is never shown. A source faster than the program would fill the
 * queue with them, and push out what its delay still waits for. */
static MixFrame *
take_superseded (R58Mixer *self, MixSlot *slot, const MixFrame *frame)
{
  MixFrame *last = g_queue_peek_tail (&slot->frames);
  if (!last || last->pts > frame->pts || mix_slot_tick (self, slot, last->pts) != mix_slot_tick (self, slot, frame->pts))
    return NULL;
  return g_queue_pop_tail (&slot->frames);
}

static void
take_video (R58Mixer *self, MixSlot *slot, GstBuffer *buffer)
{
  MixFrame *frame = frame_from_buffer (self, slot, buffer), *surplus = NULL;
  if (frame) {
    GstClockTime now = r58_now ();
    look_at (&slot->link.look, &frame->video, now);
    r58_lateness_note (slot->link.video_late, now, GST_CLOCK_DIFF (frame->pts, now));
  }
  r58_lock (&slot->lock);
  if (!frame) {
    slot->video_stats.dropped++;
  } else if (slot->video_target != slot->link.video_target) {
    surplus = frame; /* re-pointed meanwhile */
  } else {
    slot->video_pts = frame->pts;
    surplus = take_superseded (self, slot, frame);
    g_queue_push_tail (&slot->frames, frame);
    if (!surplus && slot->frames.length > slot->link.keep)
      surplus = g_queue_pop_head (&slot->frames);
    if (surplus)
      slot->video_stats.dropped++;
  }
  r58_unlock (&slot->lock);
  if (surplus)
    mix_frame_unref (surplus);
}

/* The tick plays a whole block at once, so its last sample must be there 10 ms before it is due. */
static void
take_audio (MixSlot *slot, GstBuffer *buffer)
{
  GstClockTime now = r58_now ();
  if (GST_BUFFER_PTS_IS_VALID (buffer))
    r58_lateness_note (slot->link.audio_late, now, GST_CLOCK_DIFF (GST_BUFFER_PTS (buffer), now) + R58_BLOCK_NS);
  r58_lock (&slot->lock);
  if (slot->audio_target == slot->link.audio_target)
    mix_ring_write (slot, buffer);
  r58_unlock (&slot->lock);
  gst_buffer_unref (buffer);
}

/* ---- stats ---- */

static void
add_age (JsonBuilder *b, GstClockTime pts, GstClockTime now, const R58Lateness *late)
{
  r58_json_ns (b, "lastPtsNs", pts);
  if (GST_CLOCK_TIME_IS_VALID (pts))
    r58_json_double (b, "ageMs", GST_CLOCK_DIFF (pts, now) / (gdouble) GST_MSECOND);
  gint late_ms = r58_lateness_p99_ms (late);
  if (late_ms >= 0)
    r58_json_int (b, "lateMs", late_ms);
}

static void
add_slot_stats (JsonBuilder *b, MixSlot *slot, guint index, GstClockTime now)
{
  r58_lock (&slot->lock);
  MixVideoStats video = slot->video_stats;
  MixSoundStats audio = slot->audio_stats;
  GstClockTime video_pts = slot->video_pts, audio_pts = slot->audio_pts;
  r58_unlock (&slot->lock);
  R58LinkReaderStats link = { 0 };
  json_builder_begin_object (b);
  r58_json_int (b, "slot", index);
  if (slot->link.video_reader) {
    r58_link_reader_get_stats (slot->link.video_reader, &link);
    json_builder_set_member_name (b, "video");
    json_builder_begin_object (b);
    r58_json_int (b, "frames", video.frames);
    r58_json_int (b, "repeated", video.repeated);
    r58_json_int (b, "dropped", video.dropped);
    r58_json_int (b, "losses", video.losses);
    r58_json_int (b, "lost", link.lost);
    r58_json_int (b, "connects", link.connects);
    r58_json_bool (b, "connected", r58_link_reader_fd (slot->link.video_reader) >= 0);
    add_age (b, video_pts, now, slot->link.video_late);
    if (slot->link.look.at) {
      r58_json_double (b, "stillMs", GST_CLOCK_DIFF (slot->link.look.changed, slot->link.look.at) / (gdouble) GST_MSECOND);
      r58_json_int (b, "peakLuma", slot->link.look.peak);
    }
    json_builder_end_object (b);
  }
  if (slot->link.audio_reader) {
    r58_link_reader_get_stats (slot->link.audio_reader, &link);
    json_builder_set_member_name (b, "audio");
    json_builder_begin_object (b);
    r58_json_int (b, "blocks", audio.blocks);
    r58_json_int (b, "gaps", audio.gaps);
    r58_json_int (b, "slips", audio.slips);
    r58_json_int (b, "dropped", audio.dropped);
    r58_json_int (b, "lost", link.lost);
    r58_json_int (b, "connects", link.connects);
    r58_json_bool (b, "connected", r58_link_reader_fd (slot->link.audio_reader) >= 0);
    add_age (b, audio_pts, now, slot->link.audio_late);
    json_builder_end_object (b);
  }
  json_builder_end_object (b);
}

static void
post_stats (R58Mixer *self)
{
  JsonBuilder *b = r58_json_begin ();
  r58_lock (&self->control.lock);
  guint program_peak = self->control.program_peak;
  guint64 frames = self->control.frames, late_frames = self->control.late_frames, skipped_frames = self->control.skipped_frames;
  guint64 blocks = self->control.blocks, late_blocks = self->control.late_blocks, skipped_blocks = self->control.skipped_blocks;
  r58_unlock (&self->control.lock);
  r58_json_int (b, "peakLuma", program_peak);
  r58_json_int (b, "frames", frames);
  r58_json_int (b, "lateFrames", late_frames);
  r58_json_int (b, "skippedFrames", skipped_frames);
  r58_json_int (b, "blocks", blocks);
  r58_json_int (b, "lateBlocks", late_blocks);
  r58_json_int (b, "skippedBlocks", skipped_blocks);
  json_builder_set_member_name (b, "slots");
  json_builder_begin_array (b);
  GstClockTime now = r58_now ();
  for (guint i = 0; i < self->n_slots; i++)
    if (self->slots[i].link.video_reader || self->slots[i].link.audio_reader)
      add_slot_stats (b, &self->slots[i], i, now);
  json_builder_end_array (b);
  r58_post_event (GST_ELEMENT (self), "stats", b);
}

/* ---- the thread ---- */

typedef struct {
  struct pollfd fds[1 + 2 * MIX_SLOTS_MAX];
  MixSlot *slots[1 + 2 * MIX_SLOTS_MAX];
  gboolean video[1 + 2 * MIX_SLOTS_MAX];
  guint n;
  gboolean waiting; /* some link is not connected */
} Polled;

static void
add_reader (Polled *p, MixSlot *slot, R58LinkReader *reader, gboolean video, gboolean try_connect)
{
  if (!reader)
    return;
  if (r58_link_reader_fd (reader) < 0 && try_connect)
    r58_link_reader_connect (reader);
  gint fd = r58_link_reader_fd (reader);
  if (fd < 0) {
    p->waiting = TRUE;
    return;
  }
  p->fds[p->n] = (struct pollfd) { .fd = fd, .events = POLLIN };
  p->slots[p->n] = slot;
  p->video[p->n] = video;
  p->n++;
}

static void
read_ready (R58Mixer *self, Polled *p)
{
  guint64 count;
  if (p->fds[0].revents && read (self->run.wake_fd, &count, sizeof count) < 0)
    GST_LOG_OBJECT (self, "woken twice");
  for (guint i = 1; i < p->n; i++) {
    MixSlot *slot = p->slots[i];
    R58LinkReader *reader = p->video[i] ? slot->link.video_reader : slot->link.audio_reader;
    GstBuffer *buffer;
    for (guint burst = 0; p->fds[i].revents && burst < BURST; burst++) {
      if (!(buffer = r58_link_reader_read (reader)))
        break;
      if (p->video[i])
        take_video (self, slot, buffer);
      else
        take_audio (slot, buffer);
    }
  }
}

static void
close_readers (R58Mixer *self)
{
  for (guint i = 0; i < self->n_slots; i++) {
    MixSlot *slot = &self->slots[i];
    g_clear_pointer (&slot->link.video_reader, r58_link_reader_free);
    g_clear_pointer (&slot->link.audio_reader, r58_link_reader_free);
    g_clear_pointer (&slot->link.caps, g_free);
    g_clear_pointer (&slot->link.video_late, g_free);
    g_clear_pointer (&slot->link.audio_late, g_free);
    slot->link.video_target = slot->link.audio_target = 0;
    slot->link.keep = 0;
    slot->link.usable = FALSE;
    r58_lock (&slot->lock);
    g_queue_clear_full (&slot->frames, (GDestroyNotify) mix_frame_unref);
    g_clear_pointer (&slot->shown, mix_frame_unref);
    slot->ring_begin = slot->ring_end = 0;
    r58_unlock (&slot->lock);
  }
}

gpointer
mix_link_thread (gpointer data)
{
  R58Mixer *self = data;
  GstClockTime next_stats = 0, next_connect = 0;
  while (mix_wait_playing (self)) {
    GstClockTime now = r58_now ();
    if (now >= next_stats) {
      post_stats (self);
      next_stats = now + STATS_NS;
    }
    gboolean try_connect = now >= next_connect;
    if (try_connect)
      next_connect = now + RECONNECT_NS;
    follow_slots (self);
    Polled p = { .n = 1 };
    p.fds[0] = (struct pollfd) { .fd = self->run.wake_fd, .events = POLLIN };
    for (guint i = 0; i < self->n_slots; i++) {
      add_reader (&p, &self->slots[i], self->slots[i].link.video_reader, TRUE, try_connect);
      add_reader (&p, &self->slots[i], self->slots[i].link.audio_reader, FALSE, try_connect);
    }
    GstClockTime until = p.waiting ? MIN (next_stats, next_connect) : next_stats;
    now = r58_now ();
    gint timeout_ms = until > now ? (until - now + GST_MSECOND - 1) / GST_MSECOND : 0;
    if (poll (p.fds, p.n, timeout_ms) > 0)
      read_ready (self, &p);
  }
  close_readers (self);
  return NULL;
}
