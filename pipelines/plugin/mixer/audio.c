/* The audio tick of r58mixer: one block per 10 ms of program sound and of each N-1, on the machine's sample grid. */
#include "mixer/mixer.h"

#include <math.h>
#include <string.h>

#include "common/kernels.h"

#define GST_CAT_DEFAULT r58_mixer_debug

/* Timestamps within 5 ms of the running position are jitter. */
#define SNAP (R58_RATE / 200)
#define AHEAD_MAX GST_SECOND
/* A slot's block begins at its PTS and is complete 10 ms later; then it has to get here. A shorter delay is none. */
#define DELAY_MIN (20 * GST_MSECOND)
/* Steps (sound that stops, starts or moves) are spread over 2.7 ms. */
#define FADE 128
#define LOST_BLOCKS 4
/* The sound that stands in for a lost one comes and goes in 5 ms. */
#define STAND_IN_RAMP (R58_RATE / 200)
/* A sample beyond it is no sound (+36 dBFS). */
#define LOUDEST 64.0f
/* Below it (−300 dBFS) there is nothing: what decays for ever ends in denormal numbers, which cost a hundred times as much. */
#define SILENCE 1e-15f
/* In place of a sample: what follows has nothing to do with what was before. */
#define SPLICE INFINITY
/* 20 Hz. */
#define LEVEL_BLOCKS 5
#define LEVEL_FLOOR_DB -120.0
/* Lateness up to here is caught up block by block. */
#define CATCH_UP_BLOCKS 50
/* Ceiling −1 dBFS; from −4 dBFS on peaks are bent towards it. Release 80 ms. */
#define LIMIT_CEILING 0.891251f
#define LIMIT_KNEE 0.630957f
#define LIMIT_RELEASE 0.99974f

typedef gfloat Block[R58_BLOCK][R58_CHANNELS];

/* What one tick works on. */
struct _MixBlocks {
  Block parts[MIX_SLOTS_MAX]; /* each slot's share of the sum */
  gfloat gain[MIX_SLOTS_MAX][R58_CHANNELS][R58_BLOCK], master[R58_BLOCK];
};

/* ---- ring ---- */

static gfloat *
ring_at (MixSlot *slot, guint64 sample)
{
  return slot->ring + (sample & (MIX_RING - 1)) * R58_CHANNELS;
}

/* Moves the running position to `sample`. */
static void
ring_seek (MixSlot *slot, guint64 sample)
{
  gboolean ahead = sample > slot->ring_end && sample - slot->ring_end < MIX_RING;
  if (ahead) {
    for (guint64 i = slot->ring_end; i < sample; i++)
      ring_at (slot, i)[0] = NAN;
  } else if (sample > slot->ring_end || sample < slot->ring_begin) {
    slot->ring_begin = sample;
  }
  slot->ring_end = sample;
}

void
mix_ring_write (MixSlot *slot, GstBuffer *buffer)
{
  GstMapInfo map;
  GstClockTime pts = GST_BUFFER_PTS (buffer);
  if (!slot->ring || !GST_CLOCK_TIME_IS_VALID (pts) || pts > r58_now () + AHEAD_MAX
      || !gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    slot->audio_stats.dropped++;
    return;
  }
  guint64 sample = gst_util_uint64_scale_round (pts, R58_RATE, GST_SECOND);
  guint64 n = MIN (map.size / (R58_CHANNELS * sizeof (gfloat)), MIX_RING / 2);
  guint64 off = sample > slot->ring_end ? sample - slot->ring_end : slot->ring_end - sample;
  gboolean back = off > SNAP && sample < slot->ring_end;
  if (off > SNAP) {
    if (slot->ring_end > 0 && !GST_BUFFER_IS_DISCONT (buffer))
      slot->audio_stats.slips++;
    ring_seek (slot, sample);
  }
  const gfloat *in = (const gfloat *) map.data;
  for (guint64 i = 0; i < n; i++)
    memcpy (ring_at (slot, slot->ring_end + i), in + i * R58_CHANNELS, R58_CHANNELS * sizeof (gfloat));
  /* Written over what was there: where the two meet, as far as it has not been played, the reader is told to fade. */
  guint64 splice = MAX (slot->ring_end, slot->read_next);
  if (back && splice < slot->ring_end + n)
    ring_at (slot, splice)[0] = SPLICE;
  slot->ring_end += n;
  slot->audio_pts = pts;
  slot->audio_stats.blocks++;
  gst_buffer_unmap (buffer, &map);
}

/* FALSE when nothing usable is there. A value that is no sound must not reach the others in the sum. */
static gboolean
ring_read (MixSlot *slot, guint64 sample, gfloat *out)
{
  out[0] = out[1] = 0;
  if (sample >= slot->ring_end || sample < slot->ring_begin || slot->ring_end - sample > MIX_RING)
    return FALSE;
  const gfloat *in = ring_at (slot, sample);
  if (!(fabsf (in[0]) < LOUDEST) || !(fabsf (in[1]) < LOUDEST))
    return FALSE;
  for (guint c = 0; c < R58_CHANNELS; c++)
    out[c] = fabsf (in[c]) < SILENCE ? 0 : in[c];
  return TRUE;
}

/* One block of the slot from `start` on. Where it stops, begins or moves, the step is faded out on top of it.
 * FALSE when the whole block is missing. */
static gboolean
read_slot (MixSlot *slot, guint64 start, Block out)
{
  gboolean any = FALSE;
  r58_lock (&slot->lock);
  for (guint i = 0; i < R58_BLOCK; i++) {
    gboolean there = ring_read (slot, start + i, out[i]);
    if (!there && !slot->missing && slot->ring_end > 0 && !isinf (ring_at (slot, start + i)[0]))
      slot->audio_stats.gaps++;
    if (there == slot->missing || (i == 0 && start != slot->read_next)) {
      for (guint c = 0; c < R58_CHANNELS; c++)
        slot->step[c] = slot->last[c] - out[i][c];
      slot->fade = FADE;
    }
    slot->missing = !there;
    any |= there;
    gfloat rest = (gfloat) slot->fade / FADE;
    for (guint c = 0; c < R58_CHANNELS; c++)
      slot->last[c] = out[i][c] += slot->step[c] * rest;
    if (slot->fade > 0)
      slot->fade--;
  }
  slot->read_next = start + R58_BLOCK;
  r58_unlock (&slot->lock);
  return any;
}

/* ---- gains ---- */

static void
ramp_to (MixRamp *ramp, gfloat target, guint64 samples)
{
  ramp->target = target;
  ramp->left = samples;
  ramp->step = (target - ramp->value) / samples;
}

static void
ramp_run (MixRamp *ramp, gfloat *out, guint n)
{
  for (guint i = 0; i < n; i++) {
    if (ramp->left > 0) {
      ramp->value += ramp->step;
      if (--ramp->left == 0)
        ramp->value = ramp->target;
    }
    out[i] = ramp->value;
  }
}

/* A balance: the far channel is turned down, the near one left alone. */
static gfloat
channel_gain (gfloat gain, gfloat pan, guint channel)
{
  return gain * MIN (1.0f, channel == 0 ? 1.0f - pan : 1.0f + pan);
}

static void
apply_change (R58Mixer *self, const MixSoundChange *change, guint64 now)
{
  /* A ramp whose begin has passed still ends in time, but never as a step. `at` 0 means now. */
  guint64 least = R58_RATE / 200;
  guint64 length = change->at == 0 ? change->until : change->until > now + least ? change->until - now : least;
  for (guint i = 0; i < self->n_slots; i++) {
    if (!isnan (change->delay_ms[i]))
      self->extra_delay[i] = change->delay_ms[i] * GST_MSECOND;
    if (isnan (change->gain[i]) && isnan (change->pan[i]))
      continue;
    self->gain_target[i] = isnan (change->gain[i]) ? self->gain_target[i] : change->gain[i];
    self->pan[i] = isnan (change->pan[i]) ? self->pan[i] : change->pan[i];
    for (guint c = 0; c < R58_CHANNELS; c++)
      ramp_to (&self->gain[i][c], channel_gain (self->gain_target[i], self->pan[i], c), length);
  }
  if (!isnan (change->master))
    ramp_to (&self->master, change->master, length);
}

/* Takes what is due at sample `now`; returns where the next change is. */
static guint64
apply_due (R58Mixer *self, guint64 now)
{
  guint64 next = G_MAXUINT64;
  r58_lock (&self->show_lock);
  MixSoundChange *change;
  while ((change = g_queue_peek_head (&self->sound))) {
    if (change->at > now) {
      next = change->at;
      break;
    }
    apply_change (self, change, now);
    g_free (g_queue_pop_head (&self->sound));
  }
  r58_unlock (&self->show_lock);
  return next;
}

static void
run_gains (R58Mixer *self, guint64 start)
{
  MixBlocks *w = self->work;
  for (guint done = 0; done < R58_BLOCK;) {
    guint64 next = apply_due (self, start + done);
    guint until = MIN (next - start, R58_BLOCK);
    for (guint i = 0; i < self->n_slots; i++)
      for (guint c = 0; c < R58_CHANNELS; c++)
        ramp_run (&self->gain[i][c], w->gain[i][c] + done, until - done);
    ramp_run (&self->master, w->master + done, until - done);
    done = until;
  }
}

/* ---- mixing ---- */

static void
limit (MixLimiter *limiter, Block block)
{
  for (guint i = 0; i < R58_BLOCK; i++) {
    gfloat peak = fmaxf (fabsf (block[i][0]), fabsf (block[i][1]));
    gfloat envelope = fmaxf (peak, limiter->envelope * LIMIT_RELEASE);
    limiter->envelope = envelope < SILENCE ? 0 : envelope;
    if (envelope <= LIMIT_KNEE)
      continue;
    gfloat room = LIMIT_CEILING - LIMIT_KNEE;
    gfloat gain = (LIMIT_KNEE + room * (1 - expf ((LIMIT_KNEE - envelope) / room))) / envelope;
    for (guint c = 0; c < R58_CHANNELS; c++)
      block[i][c] *= gain;
  }
}

/* The slot whose sound stands in for that of `index`: only where picture and sound are both gone, so that a guest
 * without a microphone is not given another's voice, and only what is not heard already. -1 when there is none. */
static gint
choose_stand_in (R58Mixer *self, guint index)
{
  gint at = index;
  for (guint hops = 0; hops < self->n_slots && at >= 0; hops++) {
    MixSlot *slot = &self->slots[at];
    r58_lock (&slot->lock);
    gboolean live = slot->audio_signal == MIX_LIVE || ((guint) at == index && slot->video_signal == MIX_LIVE);
    gint next = slot->on_loss == MIX_BACKUP ? slot->backup : -1;
    r58_unlock (&slot->lock);
    if (live)
      return (guint) at != index && self->heard[at] && self->gain_target[at] == 0 ? at : -1;
    at = next;
  }
  return -1;
}

/* Before the gains: the stand-in follows the fader of the slot it stands in for. */
static void
add_stand_in (R58Mixer *self, guint index)
{
  MixStandIn *s = &self->stand_in[index];
  gint slot = choose_stand_in (self, index);
  gfloat target = slot >= 0 ? 1 : 0;
  if (slot >= 0)
    s->slot = slot;
  if (s->gain.target != target)
    ramp_to (&s->gain, target, STAND_IN_RAMP);
  if (s->slot < 0)
    return;
  gfloat gain[R58_BLOCK];
  ramp_run (&s->gain, gain, R58_BLOCK);
  Block *part = &self->work->parts[index], *other = &self->work->parts[s->slot];
  if (!self->heard[index])
    memset (part, 0, sizeof (Block));
  for (guint i = 0; i < R58_BLOCK && self->heard[s->slot]; i++)
    for (guint c = 0; c < R58_CHANNELS; c++)
      (*part)[i][c] += gain[i] * (*other)[i][c];
  self->heard[index] = TRUE;
  if (s->gain.value == 0 && s->gain.left == 0)
    s->slot = -1;
}

/* Sum of all slots but `without`: what stands in for another is left out with it. */
static void
sum_slots (R58Mixer *self, guint without, MixLimiter *limiter, Block out)
{
  memset (out, 0, sizeof (Block));
  for (guint s = 0; s < self->n_slots; s++) {
    if (s == without || self->stand_in[s].slot == (gint) without || !self->heard[s])
      continue;
    r58_kernels.mix (out[0], self->work->parts[s][0], R58_BLOCK);
  }
  r58_kernels.gain (out[0], self->work->master, self->work->master, R58_BLOCK);
  limit (limiter, out);
}

/* The slot's sound of this block before gain; FALSE when the slot has none at all. */
static gboolean
hear_slot (R58Mixer *self, guint index, guint64 start, Block out)
{
  MixSlot *slot = &self->slots[index];
  r58_lock (&slot->lock);
  gboolean used = slot->ring != NULL;
  GstClockTime delay = MAX (slot->sound_delay, DELAY_MIN) + self->extra_delay[index];
  r58_unlock (&slot->lock);
  if (!used && slot->fade == 0 && slot->missing) {
    mix_slot_signal (self, index, FALSE, MIX_EMPTY);
    return FALSE;
  }
  gboolean any = read_slot (slot, start - gst_util_uint64_scale_round (delay, R58_RATE, GST_SECOND), out);
  slot->silent_blocks = any ? 0 : slot->silent_blocks + 1;
  MixSignal signal = any ? MIX_LIVE : MIX_LOST;
  if (!used)
    mix_slot_signal (self, index, FALSE, MIX_EMPTY);
  else if (any || slot->silent_blocks >= LOST_BLOCKS)
    mix_slot_signal (self, index, FALSE, signal);
  r58_kernels.peak (self->peak[index], out[0], R58_BLOCK);
  return TRUE;
}

static gboolean
push_block (R58Mixer *self, GstPad *pad, guint64 b, Block block)
{
  static GstStaticCaps caps = GST_STATIC_CAPS (R58_AUDIO_CAPS);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, sizeof (Block), NULL);
  gst_buffer_fill (buffer, 0, block, sizeof (Block));
  GST_BUFFER_PTS (buffer) = b * R58_BLOCK_NS;
  GST_BUFFER_DURATION (buffer) = R58_BLOCK_NS;
  GST_BUFFER_OFFSET (buffer) = b * R58_BLOCK;
  GST_BUFFER_OFFSET_END (buffer) = (b + 1) * R58_BLOCK;
  if (b == self->jumped_block)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  GstCaps *sound = gst_static_caps_get (&caps);
  gboolean pushed = mix_push (self, pad, sound, buffer);
  gst_caps_unref (sound);
  return pushed;
}

/* A reference to the slot's N-1 pad when it is linked; it may be released meanwhile. */
static GstPad *
linked_n1 (R58Mixer *self, guint slot)
{
  r58_lock (&self->pads_lock);
  GstPad *pad = self->n1_pad[slot] ? gst_object_ref (self->n1_pad[slot]) : NULL;
  r58_unlock (&self->pads_lock);
  if (pad && !gst_pad_is_linked (pad))
    gst_clear_object (&pad);
  return pad;
}

static void
push_n1 (R58Mixer *self, guint64 b)
{
  for (guint s = 0; s < self->n_slots; s++) {
    if (!g_atomic_int_get (&self->slots[s].minus))
      continue;
    GstPad *pad = linked_n1 (self, s);
    if (!pad)
      continue;
    Block others;
    sum_slots (self, s, &self->n1_limiter[s], others);
    push_block (self, pad, b, others);
    gst_object_unref (pad);
  }
}

static void
tick (R58Mixer *self, guint64 b, gboolean late)
{
  MixBlocks *w = self->work;
  guint64 start = b * R58_BLOCK;
  run_gains (self, start);
  for (guint s = 0; s < self->n_slots; s++)
    self->heard[s] = hear_slot (self, s, start, w->parts[s]);
  for (guint s = 0; s < self->n_slots; s++)
    add_stand_in (self, s);
  for (guint s = 0; s < self->n_slots; s++)
    if (self->heard[s])
      r58_kernels.gain (w->parts[s][0], w->gain[s][0], w->gain[s][1], R58_BLOCK);
  Block program;
  sum_slots (self, MIX_SLOTS_MAX, &self->limiter, program);
  r58_kernels.peak (self->master_peak, program[0], R58_BLOCK);
  gboolean pushed = gst_pad_is_linked (self->audio_pad) && push_block (self, self->audio_pad, b, program);
  push_n1 (self, b);
  r58_lock (&self->show_lock);
  self->blocks += pushed;
  self->late_blocks += late;
  r58_unlock (&self->show_lock);
}

/* ---- levels ---- */

static void
add_peaks (JsonBuilder *b, const gchar *name, gfloat *peak)
{
  json_builder_set_member_name (b, name);
  json_builder_begin_array (b);
  for (guint c = 0; c < R58_CHANNELS; c++) {
    gdouble db = peak[c] > 0 ? 20 * log10 (peak[c]) : LEVEL_FLOOR_DB;
    json_builder_add_double_value (b, round (MAX (db, LEVEL_FLOOR_DB) * 10) / 10);
    peak[c] = 0;
  }
  json_builder_end_array (b);
}

static void
post_levels (R58Mixer *self)
{
  JsonBuilder *b = r58_json_begin ();
  json_builder_set_member_name (b, "slots");
  json_builder_begin_object (b);
  for (guint s = 0; s < self->n_slots; s++) {
    gchar name[8];
    g_snprintf (name, sizeof name, "%u", s);
    if (self->heard[s])
      add_peaks (b, name, self->peak[s]);
  }
  json_builder_end_object (b);
  add_peaks (b, "master", self->master_peak);
  r58_post_event (GST_ELEMENT (self), "levels", b);
}

/* ---- the thread ---- */

void
mix_audio_reset (R58Mixer *self)
{
  memset (self->gain, 0, sizeof self->gain);
  memset (self->gain_target, 0, sizeof self->gain_target);
  memset (self->pan, 0, sizeof self->pan);
  memset (self->extra_delay, 0, sizeof self->extra_delay);
  memset (self->n1_limiter, 0, sizeof self->n1_limiter);
  self->limiter = (MixLimiter) { 0 };
  self->master = (MixRamp) { .value = 1, .target = 1 };
  for (guint s = 0; s < MIX_SLOTS_MAX; s++) {
    MixSlot *slot = &self->slots[s];
    slot->missing = TRUE;
    slot->fade = 0;
    self->stand_in[s] = (MixStandIn) { .slot = -1 };
    memset (slot->last, 0, sizeof slot->last);
    memset (slot->step, 0, sizeof slot->step);
  }
}

static void
end_outputs (R58Mixer *self)
{
  mix_push_eos (self->audio_pad);
  for (guint s = 0; s < self->n_slots; s++) {
    GstPad *pad = linked_n1 (self, s);
    if (pad)
      mix_push_eos (pad);
    g_clear_object (&pad);
  }
}

/* Runs until the element stops playing. */
static void
run_ticks (R58Mixer *self)
{
  guint64 b = r58_now () / R58_BLOCK_NS + 1;
  while (mix_sleep_until (self, b * R58_BLOCK_NS) && !mix_ended (self)) {
    guint64 late = MAX (r58_now () / R58_BLOCK_NS, b) - b;
    if (late >= CATCH_UP_BLOCKS) {
      r58_lock (&self->show_lock);
      self->skipped_blocks += late;
      r58_unlock (&self->show_lock);
      GST_WARNING_OBJECT (self, "skipped %" G_GUINT64_FORMAT " blocks", late);
      b += late;
      self->jumped_block = b;
      late = 0;
    }
    tick (self, b, late > 0);
    b++;
    if (++self->level_blocks >= LEVEL_BLOCKS) {
      self->level_blocks = 0;
      post_levels (self);
    }
  }
}

gpointer
mix_audio_thread (gpointer data)
{
  R58Mixer *self = data;
  self->work = g_new (MixBlocks, 1);
  mix_hurry (self);
  while (mix_wait_playing (self) && !mix_ended (self))
    run_ticks (self);
  if (mix_ended (self))
    end_outputs (self);
  mix_audio_reset (self);
  g_clear_pointer (&self->work, g_free);
  return NULL;
}
